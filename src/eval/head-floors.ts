import type { Asked } from './asked.ts';
import { DEMO_FLOORS } from './demo-floors.ts';
import { type Measured, measured } from './floors-table.ts';

/** How often the heads are right on pictures alone, those of the tables. */
export function headRows(asked: readonly Asked[]): Measured[] {
  const pictures = asked.filter(({ seen, query }) => seen && query.shows);
  const [products, subjects] = [true, false].map((is) =>
    pictures.filter(({ query }) => (query.shows!.kind !== undefined) === is),
  );
  const row = (name: string, head: 'kind' | 'print' | 'color', of: readonly Asked[], floor?: Measured['floor']) =>
    measured(
      { name, figure: `${head} read`, ...(floor && { floor }) },
      of.map(({ seen, query }) => Number(seen![head]?.value === query.shows![head])),
    );
  return [
    row('pictures of products', 'print', products!, DEMO_FLOORS.printOfProducts),
    row('pictures of subjects', 'print', subjects!, DEMO_FLOORS.printOfSubjects),
    row('pictures of products', 'kind', products!),
    row('pictures of products', 'color', products!),
    row('pictures of subjects', 'color', subjects!),
  ];
}
