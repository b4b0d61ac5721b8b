import type { Embed } from '../encode/encoder.ts';
import { type Asked, whole } from './asked.ts';
import type { DemoFloor } from './demo-floors.ts';
import { type Measured, measured } from './floors-table.ts';
import { DEPTH, gradedQuality, mean, type Quality } from './metrics.ts';
import type { LabelledIndex } from './retrieval.ts';

type Index = Pick<LabelledIndex, 'best'>;

/** How good the first nine are that each query finds, asked whole. */
export const found = (asked: readonly Asked[], index: Index, by: Embed = 'image'): Quality[] =>
  asked.map((one) => {
    const { relevant, exclude } = one.query;
    return gradedQuality(
      index.best(whole(one), exclude, by, DEPTH).map(({ id }) => relevant.get(id) ?? 0),
      [...relevant.values()],
    );
  });

const aboutOf = (asked: readonly Asked[]) => asked.map(({ query }) => query.about);

/** P@1 of a task, and where a floor for it is given, or `nine`, Hit@9. */
export function taskRows(
  name: string,
  asked: readonly Asked[],
  index: Index,
  { first, nine }: { first?: DemoFloor; nine?: DemoFloor | 'no floor' } = {},
): Measured[] {
  const [alone, titled] = [found(asked, index), found(asked, index, 'image+title')];
  const row = (figure: string, of: 'first' | 'hit', floor: DemoFloor | undefined) =>
    measured(
      { name, figure, ...(floor && { floor }), titled: mean(titled.map((one) => one[of])) },
      alone.map((one) => one[of]),
      aboutOf(asked),
    );
  return [row('P@1', 'first', first), ...(nine ? [row('Hit@9', 'hit', nine === 'no floor' ? undefined : nine)] : [])];
}

/** How much P@1 the same queries lose when they are asked otherwise, one by one. @param changed in the order of `plain`. */
export function lostRow(
  name: string,
  { plain, changed, floor }: { plain: readonly Asked[]; changed: readonly Asked[]; floor: DemoFloor },
  index: Index,
): Measured {
  const lost = (by: Embed) => {
    const after = found(changed, index, by);
    return found(plain, index, by).map(({ first }, place) => first - after[place]!.first);
  };
  return measured(
    { name, figure: 'P@1 lost', floor, titled: mean(lost('image+title')) },
    lost('image'),
    aboutOf(plain),
  );
}
