import type { Filter, FilterTest } from '../../src/retrieve/filter.ts';
import { type FilteredProduct, ID, meant, NASTY } from './random-filters.ts';

/** Every nasty text in every place where a filter takes one, alone and where it could reach beyond its own test. */
export function hostileFilters(): Filter[] {
  const field = { name: 'Category', kind: 'String' } as const;
  const nothing: Filter = { op: 'isNull', field: ID, value: true };
  return NASTY.flatMap((value): Filter[] => {
    const tests: FilterTest[] = [
      { op: 'eq', field, value },
      { op: 'ne', field, value },
      { op: 'in', field, values: [value, 'zzz', value] },
      { op: 'startsWith', field, value },
      { op: 'eq', field: ID, value },
      { op: 'startsWith', field: ID, value },
      { op: 'has', field: { name: 'in', kind: 'StringList' }, value },
    ];
    return [...tests, { op: 'or', filters: [nothing, ...tests] }, { op: 'not', filter: { op: 'and', filters: tests } }];
  });
}

/** Filters that did not find what is meant, each with what it found too much and too little. Also says so where they show nothing. */
export async function disagreements(
  products: readonly FilteredProduct[],
  filters: readonly Filter[],
  find: (filter: Filter) => Promise<Set<string>>,
  atOnce = 1,
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  const left = filters.values();
  let telling = 0;
  const work = async () => {
    for (const filter of left) {
      const wanted = meant(products, filter);
      const found = await find(filter);
      if (wanted.size > 0 && wanted.size < products.length) telling++;
      const surplus = [...found].filter((id) => !wanted.has(id));
      const lost = [...wanted].filter((id) => !found.has(id));
      if (surplus.length + lost.length > 0) wrong.push({ filter, surplus, lost });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (telling < filters.length / 3) wrong.push(`Only ${telling} of ${filters.length} filters find some and not all.`);
  return wrong;
}

/** As deep and as long as search/product-filter.ts lets a filter be, with the number of products it finds. */
export function largestFilters(products: readonly FilteredProduct[]): { filter: Filter; size: number }[] {
  const all = products.length;
  return [
    { filter: nested(8), size: all },
    { filter: nots(8), size: all },
    { filter: { op: 'and', filters: others(200) }, size: all },
    { filter: { op: 'or', filters: others(200) }, size: all },
    { filter: { op: 'or', filters: others(200).map((filter) => ({ op: 'not', filter })) }, size: 0 },
    {
      filter: {
        op: 'in',
        field: ID,
        values: [products[0]!.id, ...others(999).map((_, n) => `${n}`.padEnd(2000, `"'`))],
      },
      size: 1,
    },
  ];
}

/** Tests that every product passes. */
const others = (count: number): Filter[] =>
  Array.from({ length: count }, (_, place) => ({ op: 'ne', field: ID, value: `no such id ${place}` }));

const nested = (levels: number): Filter =>
  levels === 0
    ? { op: 'and', filters: others(10) }
    : { op: levels % 2 ? 'and' : 'or', filters: [...others(23), nested(levels - 1)] };

const nots = (levels: number): Filter =>
  levels === 0 ? others(1)[0]! : { op: 'not', filter: { op: 'or', filters: [nots(levels - 1)] } };
