import { Random } from '../src/demo/random.ts';
import { FAULTS } from '../test/rerank/model-faults.ts';
import { canonicalAnswer } from '../test/rerank/model-server.ts';
import { Client } from './client.ts';
import type { Asking } from './queries.ts';
import { type Scenario, spread, table } from './report.ts';
import { goal } from './rerank-calls.ts';
import { startModeled } from './rerank-model.ts';
import { callsOf, outcome, type Passed, passAll, told } from './rerank-passes.ts';
import { Drawings } from './rerank-pictures.ts';

const FAULTY_SHARE = 0.2;
const OUTAGE = 100;
/** Cuts what stalls; long enough that eight honest passes on two cores are not cut with it. */
const TIMEOUT_MS = 3_000;

/** A thousand passes of which one in five meets a model that answers wrongly, in every way that the stand-in knows. */
export const faults: Scenario = async ({ quick, data, print }) => {
  await using modeled = await startModeled(data, { RERANK_TIMEOUT_MS: String(TIMEOUT_MS) });
  const client = new Client(modeled.url);
  const passes = schedule(quick ? 100 : 1_000);
  const asking: Asking[] = [];
  await using drawn = new Drawings();
  for (const _ of passes) asking.push(await drawn.asking());

  // By the number in its words every call finds the fault of its pass; all calls of one pass meet the same.
  const kinds = new Map(asking.map(({ text: words }, at) => [numberIn(words!), passes[at]!]));
  const asked = new Map<string, number>();
  const formats = { with: 0, without: 0 };
  modeled.model.answering = (one) => {
    const number = numberIn(one.text);
    const kind = kinds.get(number) ?? null;
    const nth = asked.get(number) ?? 0;
    if (one.kind === 'ranking') {
      asked.set(number, nth + 1);
      formats['response_format' in one.body ? 'with' : 'without']++;
    }
    return kind === null ? canonicalAnswer(one) : FAULTS[kind]!(one, nth);
  };

  const began = performance.now();
  const passed = await passAll(client, asking, passes);
  const seconds = (performance.now() - began) / 1000;

  const all = Object.keys(FAULTS).length;
  const faulty = passed.filter(({ kind }) => kind !== null);
  const well = passed.filter(({ kind }) => kind === null);
  print(
    `${passed.length} passes through the HTTP door, 8 at once, ${faulty.length} of them faulty (${all} kinds, uniform), RERANK_TIMEOUT_MS=${TIMEOUT_MS}, ${seconds.toFixed(0)} s`,
  );
  const whole = passed.filter(({ isWhole }) => isWhole).length;
  const failed = passed.filter(({ report }) => report === null).length;
  print(`  whole permutations: ${whole} of ${passed.length}; ${goal('all', whole === passed.length)}`);
  print(`  failed searches: ${failed}; ${goal('0', failed === 0)}`);
  const sides = { 'answered well': well, faulty };
  const tallies = Object.entries(sides).flatMap(([side, some]) =>
    [...Map.groupBy(some, outcome)]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([told, those]) => [side, told, String(those.length), callsOf(those)]),
  );
  for (const line of table([['the model', 'what clients were told', 'passes', 'calls: passes'], ...tallies]))
    print(line);
  for (const [side, some] of Object.entries(sides))
    print(`  ${side}: ms p50 / p95 ${spread(some.map(({ ms }) => ms))}`);
  const rested = (some: readonly Passed[]) =>
    some.filter(({ report }) => report?.fallback === 'UNAVAILABLE' && report.calls === 0).length;
  print(
    `  The breaker (six failures in a row, then 10 s of rest) kept ${rested(well)} good and ${rested(faulty)} faulty passes from asking at all;`,
  );
  print(
    `  ${await modeled.reported()} errors went to the operator. A server that once refused response_format is asked without: ${formats.with} ranking calls had it, ${formats.without} not.`,
  );
  print('  Two of the kinds, "the same order" and "reversed", are well-formed answers.');

  modeled.model.answering = () => ({ status: 500, content: 'Internal error.' });
  const before = modeled.model.asked.length;
  const outage: Asking[] = [];
  while (outage.length < OUTAGE) outage.push(await drawn.asking());
  const during = await passAll(
    client,
    outage,
    outage.map(() => 'outage'),
  );
  client.close();
  const fine = during.filter(({ isWhole }) => isWhole).length;
  print(
    `  An outage (500 whatever is asked), ${OUTAGE} passes: ${told(during)}; ${modeled.model.asked.length - before} calls reached the model, ${rested(during)} passes were kept from asking,`,
  );
  print(
    `  whole permutations ${fine} of ${OUTAGE}, ms p50 / p95 ${spread(during.map(({ ms }) => ms))}; ${goal('all', fine === OUTAGE)}`,
  );
  print('');
  print('By kind of fault: what clients were told');
  const byKind = [...Map.groupBy(faulty, ({ kind }) => kind!)].sort(([a], [b]) => places.get(a)! - places.get(b)!);
  const rows = byKind.map(([kind, those]) => [kind, String(those.length), told(those), callsOf(those)]);
  for (const line of table([['kind', 'n', 'outcome', 'calls: passes'], ...rows])) print(line);
};

const places = new Map(Object.keys(FAULTS).map((kind, place) => [kind, place]));

/** For every pass its fault or null: each kind as often as any other (but for one), in random order. */
function schedule(count: number): (string | null)[] {
  const random = new Random(4);
  const kinds = random.shuffled(Object.keys(FAULTS));
  const faulty = Math.round(count * FAULTY_SHARE);
  return random.shuffled(Array.from({ length: count }, (_, at) => (at < faulty ? kinds[at % kinds.length]! : null)));
}

const numberIn = (words: string) => /number (\d+)\b/.exec(words)?.[1] ?? '';
