import { drawClutter } from '../demo/scenes/clutter.ts';
import { seedIn } from '../demo/seeds.ts';
import type { Picture } from '../image/decoder.ts';
import type { Renderer } from '../image/renderer.ts';
import { type Asked, ask } from './asked.ts';
import { dimmed, inset, turned } from './camera-faults.ts';
import { DEMO_FLOORS } from './demo-floors.ts';
import { SERIES } from './demo-queries.ts';
import { inLetter } from './floor-queries.ts';
import type { Measured } from './floors-table.ts';
import { lostRow } from './found-first.ts';
import { DRAWING, type LabelledQuery, type PictureFile } from './labelled.ts';
import type { LabelledIndex, RetrievalStages } from './retrieval.ts';

/** How the same queries are asked again. */
interface Change {
  readonly name: string;
  readonly floor: Measured['floor'] & {};
  of(query: LabelledQuery, place: number): LabelledQuery;
}

const DEGREES = 45;
const EXPOSURE = 0.5;
/** Of the frame's sides. */
const INSET = 0.6;
const CLUTTER = SERIES.tables + 60;

function changes(renderer: Renderer): readonly Change[] {
  const read = async (file: PictureFile | undefined): Promise<Picture> => renderer.read(await file!());
  const pictured = (change: (picture: Picture) => Picture) => (query: LabelledQuery) => ({
    ...query,
    picture: async () => renderer.write(change(await read(query.picture)), 'jpeg'),
  });
  const floor = DEMO_FLOORS.fault;
  return [
    { name: `turned by ${DEGREES} degrees`, floor, of: pictured((picture) => turned(picture, DEGREES)) },
    { name: 'at half the exposure', floor, of: pictured((picture) => dimmed(picture, EXPOSURE)) },
    {
      name: `inset at ${100 * INSET} % of the frame, upon clutter`,
      floor,
      of: (query, place) => ({
        ...query,
        picture: async () => {
          const clutter = await renderer.draw(drawClutter(seedIn('evaluation', CLUTTER, place)), DRAWING);
          return inset(await read(query.picture), clutter, INSET, renderer);
        },
      }),
    },
    {
      name: 'in a long polite letter',
      floor: DEMO_FLOORS.letter,
      of: (query, place) => ({ ...query, text: inLetter(query.text!, place) }),
    },
  ];
}

/** Of how many changes each query is asked with. */
export const CHANGES = 4;

/** What composed queries lose by a camera's faults and by long sentences. @param plain queries of words and a picture, asked as they are. */
export async function faultRows(
  name: string,
  plain: readonly Asked[],
  {
    stages,
    index,
    signal,
    onDone,
  }: { stages: RetrievalStages; index: LabelledIndex; signal: AbortSignal; onDone?: () => void },
): Promise<Measured[]> {
  const queries = plain.map(({ query }) => query);
  const rows: Measured[] = [];
  for (const { name: how, floor, of } of changes(stages.renderer)) {
    const changed = await ask(queries.map(of), stages, { signal, ...(onDone && { onDone }) });
    rows.push(lostRow(`${name}, ${how}`, { plain, changed, floor }, index));
  }
  return rows;
}
