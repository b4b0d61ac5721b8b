import { expect, test } from 'vitest';
import { demoCatalog } from '../../src/demo/catalog.ts';
import { demoTasks, SERIES } from '../../src/eval/demo-queries.ts';
import { calibrate, errorIntervals, errorRates, type JudgedTask } from '../../src/eval/relevance.ts';

/** A task of one query for each list of hits: `+.8` is right, `-.3` wrong. */
const task = (...queries: string[]): JudgedTask => ({
  name: 'task',
  kind: 'text',
  queries: queries.map((hits, place) => ({
    about: new Set([`p${place}`]),
    hits: hits.split(' ').map((hit) => ({ right: hit[0] === '+', score: Number(hit.slice(1)) })),
  })),
});
const hitsOf = ({ queries }: JudgedTask) => queries.flatMap(({ hits }) => hits);

test('a hit at the threshold is accepted; shares are of the wrong and of the right ones', () => {
  const hits = hitsOf(task('+.9 +.5 -.5 -.4 -.3 -.2'));
  expect(errorRates(hits, 0.5)).toEqual({ falseAccept: 0.25, falseReject: 0 });
  expect(errorRates(hits, 0.501)).toEqual({ falseAccept: 0, falseReject: 0.5 });
  expect(errorRates(hitsOf(task('+.9')), 0.95)).toEqual({ falseAccept: Number.NaN, falseReject: 1 });
});

test.each<[string, JudgedTask[], number | undefined]>([
  ['what tells them apart, in the middle', [task('+.8 -.2')], 0.5],
  ['over all queries', [task('+.8 -.2', '+.6 -.4')], 0.5],
  ['the least errors where nothing does', [task('+.9 +.8 -.7 +.3 -.2 -.1 -.1')], 0.25],
  ['each task alike, however large', [task('+.9 -.5'), task(...Array(50).fill('+.4 -.3'))], 0.35],
  ['below zero too', [task('+-.2 --.6')], -0.4],
  ['nothing right', [task('-.8 -.2')], undefined],
  ['nothing wrong', [task('+.8')], undefined],
  ['no task', [], undefined],
])('the threshold: %s', (_name, tasks, expected) => {
  const found = calibrate(tasks);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toBeCloseTo(expected, 2);
});

test('intervals hold the rates, and one group has none', () => {
  const many = task(...Array.from({ length: 60 }, (_, n) => `+${n % 4 ? '.8' : '.3'} -${n % 3 ? '.2' : '.7'}`));
  const rates = errorRates(hitsOf(many), 0.5);
  const intervals = errorIntervals(many, 0.5);
  for (const rate of ['falseAccept', 'falseReject'] as const) {
    const [low, high] = intervals[rate]!;
    expect(low).toBeLessThan(rates[rate]);
    expect(high).toBeGreaterThan(rates[rate]);
    expect(high - low).toBeLessThan(0.3);
  }
  expect(errorIntervals(task('+.8 -.2'), 0.5)).toEqual({ falseAccept: null, falseReject: null });
});

test('what is calibrated on is never asked by the tables', () => {
  const catalog = demoCatalog();
  const pictures = (from: number) =>
    new Set(demoTasks(catalog, 6, from).flatMap(({ queries }) => queries.flatMap(({ svg }) => svg ?? [])));
  const shown = pictures(SERIES.tables);
  const calibrated = pictures(SERIES.calibration);
  expect(calibrated.size).toBeGreaterThan(30);
  expect([...calibrated].filter((svg) => shown.has(svg))).toEqual([]);
});
