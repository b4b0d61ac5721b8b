import { expect, test } from 'vitest';
import { demoCatalog } from '../../src/demo/catalog.ts';
import { drawProduct } from '../../src/demo/product.ts';
import { Random } from '../../src/demo/random.ts';
import { choosing, SEED_RANGES, seedIn } from '../../src/demo/seeds.ts';
import { drawSubject } from '../../src/demo/subjects.ts';
import { type DemoQuery, demoTasks, drawnTask, SERIES } from '../../src/eval/demo-queries.ts';
import { floorQueries, leopardQueries, printQueries } from '../../src/eval/floor-queries.ts';

const catalog = demoCatalog();
const COUNT = 12;

/** All that is asked with a drawing, by tables, calibration and floors. */
const asked: DemoQuery[] = [
  ...[SERIES.tables, SERIES.calibration].flatMap((from) =>
    demoTasks(catalog, COUNT, from).flatMap(({ queries }) => queries),
  ),
  ...Object.values(floorQueries(catalog, COUNT)).flat(),
  ...leopardQueries(COUNT),
  ...[...printQueries(catalog, COUNT).values()].flat(),
].filter(({ svg }) => svg !== undefined);
const drawn = new Set(asked.map(({ svg }) => svg));

test('no two queries are the same drawing', () => {
  // Six tasks with pictures in the tables and as many in calibration, three of the floors, leopards, and 15 prints.
  expect(asked).toHaveLength(COUNT * (6 + 6 + 3 + 1 + 15));
  expect(drawn.size).toBe(asked.length);
});

test('none is a drawing that training may have, though it shows the same', () => {
  const trained = asked.map(({ shows }, place) => {
    const { kind, print, color } = shows!;
    const seed = seedIn('training', 1, place);
    return kind
      ? drawProduct({ kind, print: print!, color: color!, seed, style: 'varied' })
      : drawSubject({ print: print!, seed }).svg;
  });
  expect(trained.filter((svg) => drawn.has(svg)).length).toBe(0);
  // What is compared are whole drawings: of the query's own seed it is the same one.
  const [first] = leopardQueries(1);
  const own = Array.from({ length: 100 }, (_, series) => seedIn('evaluation', SERIES.tables + series, 0));
  expect(
    own.map((seed) => drawSubject({ print: 'leopard', seed }).svg).filter((svg) => svg === first!.svg),
  ).toHaveLength(1);
});

test('series and places have seeds of their own, none of them of training', () => {
  const seeds: number[] = [];
  for (const from of Object.values(SERIES))
    for (let series = from; series < from + 30; series += 1)
      drawnTask(catalog, '', { series, count: 500 }, (_random, seed) => {
        seeds.push(seed);
        return { asks: {}, relevant: () => true };
      });
  expect(seeds).toHaveLength(2 * 30 * 500);
  expect(new Set(seeds).size).toBe(seeds.length);
  const [first, end] = SEED_RANGES.training;
  expect(seeds.filter((seed) => seed >= first && seed < end)).toEqual([]);
});

test('what is chosen follows from no drawing, neither its own nor another', () => {
  const seeds = (['catalog', 'training', 'evaluation'] as const).flatMap((range) =>
    Array.from({ length: 500 }, (_, at) => seedIn(range, 1, at)),
  );
  const begin = (random: Random) => [random.next(), random.next(), random.next()].join();
  const streams = seeds.flatMap((seed) => [begin(choosing(seed)), begin(new Random(seed))]);
  expect(new Set(streams).size).toBe(2 * seeds.length);
  expect(begin(choosing(seeds[0]!))).toBe(begin(choosing(seeds[0]!)));
});
