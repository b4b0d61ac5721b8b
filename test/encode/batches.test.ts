import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCH_LIMITS, type BatchLimits, nextBatch, type Waiting } from '../../src/encode/batches.ts';

const waiting: fc.Arbitrary<Waiting[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('text' as const, 'picture' as const, 'sight' as const),
      priority: fc.constantFrom('query' as const, 'index' as const),
      length: fc.integer({ min: 2, max: 512 }),
      alone: fc.boolean().map((alone) => alone),
    }),
    { maxLength: 200 },
  )
  .chain((items) =>
    fc
      .shuffledSubarray(
        items.map((_, order) => order),
        { minLength: items.length },
      )
      .map((orders) => items.map((item, index) => ({ ...item, order: orders[index]! }))),
  );
const ONE_BY_ONE: BatchLimits = { texts: 1, cells: 1024, pictures: 1, indexPictures: 1, patience: 8 };
const limits = fc.constantFrom<BatchLimits>(BATCH_LIMITS, ONE_BY_ONE, {
  texts: 5,
  cells: 600,
  pictures: 2,
  indexPictures: 3,
  patience: 1,
});

/** Every batch with what waited when it was chosen. */
function drain(items: Waiting[], bounds: BatchLimits): { batch: Waiting[]; from: Waiting[] }[] {
  const steps: { batch: Waiting[]; from: Waiting[] }[] = [];
  let rest = items;
  for (let streak = 0; rest.length > 0; ) {
    const next = nextBatch(rest, streak, bounds);
    expect(next.batch.length).toBeGreaterThan(0);
    steps.push({ batch: next.batch, from: rest });
    streak = next.streak;
    const from = rest;
    rest = from.filter((item) => !next.batch.includes(item));
    expect(rest).toHaveLength(from.length - next.batch.length);
  }
  return steps;
}

describe('nextBatch', () => {
  test('nothing waits, nothing runs', () => expect(nextBatch([], 3)).toEqual({ batch: [], streak: 0 }));

  test('nothing is lost and nothing runs twice', () => {
    fc.assert(
      fc.property(waiting, limits, (items, bounds) => {
        const ran = drain(items, bounds).flatMap(({ batch }) => batch);
        expect(ran).toHaveLength(items.length);
        expect(new Set(ran)).toEqual(new Set(items));
      }),
    );
  });

  test('a batch holds one kind of one priority, within its limit, and the longest-waiting of its priority', () => {
    fc.assert(
      fc.property(waiting, limits, (items, bounds) => {
        for (const { batch, from } of drain(items, bounds)) {
          const { kind, priority } = batch[0]!;
          expect(batch.every((item) => item.kind === kind && item.priority === priority)).toBe(true);
          const pictures = priority === 'query' ? bounds.pictures : bounds.indexPictures;
          expect(batch.length).toBeLessThanOrEqual(kind === 'text' ? bounds.texts : pictures);
          if (batch.length > 1) expect(batch.some(({ alone }) => alone)).toBe(false);
          const earliest = Math.min(...from.filter((item) => item.priority === priority).map(({ order }) => order));
          expect(batch.some(({ order }) => order === earliest)).toBe(true);
        }
      }),
    );
  });

  test('padding at most doubles the work of a batch of texts', () => {
    fc.assert(
      fc.property(waiting, (items) => {
        for (const { batch } of drain(items, BATCH_LIMITS)) {
          if (batch[0]!.kind !== 'text') continue;
          const lengths = batch.map(({ length }) => length);
          const total = lengths.reduce((sum, length) => sum + length, 0);
          expect(Math.max(...lengths) * lengths.length).toBeLessThanOrEqual(2 * total);
        }
      }),
    );
  });

  test('queries go first, and index work that waits gets every ninth batch at the latest', () => {
    fc.assert(
      fc.property(waiting, limits, (items, bounds) => {
        let queriesInARow = 0;
        for (const { batch, from } of drain(items, bounds)) {
          const indexWaits = from.some(({ priority }) => priority === 'index');
          if (batch[0]!.priority === 'query') {
            queriesInARow = indexWaits ? queriesInARow + 1 : 0;
            expect(queriesInARow).toBeLessThanOrEqual(bounds.patience);
          } else {
            const queryWaits = from.some(({ priority }) => priority === 'query');
            if (queryWaits) expect(queriesInARow).toBe(bounds.patience);
            queriesInARow = 0;
          }
        }
      }),
    );
  });

  const text = (order: number, length: number): Waiting => ({
    kind: 'text',
    priority: 'query',
    order,
    length,
    alone: false,
  });
  test('texts of like length go together', () => {
    const items = [text(0, 10), text(1, 500), text(2, 11), text(3, 480), text(4, 9)];
    expect(
      nextBatch(items, 0)
        .batch.map(({ order }) => order)
        .sort(),
    ).toEqual([0, 2, 4]);
  });
  test('forty short texts: eight at a time', () => {
    const items = Array.from({ length: 40 }, (_, order) => text(order, 5));
    expect(drain(items, BATCH_LIMITS).map(({ batch }) => batch.length)).toEqual([8, 8, 8, 8, 8]);
  });
});
