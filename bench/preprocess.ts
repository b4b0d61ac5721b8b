// PYTHON=... npm run bench:preprocess [-- --quick]: what the two ways to a model's pixels cost, beside PIL doing the same resize, in one interleaved run.
// PYTHON is an interpreter that has Pillow (test/encode/fixtures/requirements.txt); without it PIL is left out. A whole run is kept in
// bench/results/preprocess.txt.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { ExactResizer } from '../src/encode/exact-resizer.ts';
import { centerOffset, fast, needs, type PictureRule, preprocess, scaledSize } from '../src/encode/preprocess.ts';
import type { Picture } from '../src/image/decoder.ts';
import { SharpDecoder } from '../src/image/sharp-decoder.ts';
import { interval, number, table } from './report.ts';
import { median, type Round, ratio } from './statistics.ts';

const SIZES = [
  { name: '1 MP', width: 1024, height: 1024 },
  { name: '12 MP', width: 4032, height: 3024 },
] as const;
/** A tenth of what the vision graph of Visualized BGE base takes on one thread: ../shared/facts/visualized-bge.md. */
const GOAL_MS = 41.1;
const GOAL_RATIO = 2;

const exact: PictureRule = { size: 224, resize: 'short-side', crop: 'center', kernel: 'cubic', method: 'exact' };
const quickly: PictureRule = { ...exact, method: 'fast' };

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const rounds = values.quick ? 3 : 30;
const { signal } = new AbortController();
const scratch = fileURLToPath(new URL('../build/bench/preprocess/', import.meta.url));
const decoder = new SharpDecoder({ deadlineMs: 60_000 });
const resizer = new ExactResizer({ threads: 1 });
const lines: string[] = [];
const print = (line: string) => {
  lines.push(line);
  console.log(line);
};

/** PIL in a process of its own, which is asked line by line. */
class Pil {
  readonly version: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  private constructor(
    version: string,
    process: ChildProcessByStdio<Writable, Readable, null>,
    answers: AsyncIterator<string>,
  ) {
    this.version = version;
    this.#process = process;
    this.#answers = answers;
  }

  static async start(python: string): Promise<Pil> {
    const script = fileURLToPath(new URL('./pil.py', import.meta.url));
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child, 'spawn');
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value, done } = await answers.next();
    if (done) throw new Error(`${python} cannot import PIL: see above.`);
    return new Pil(value, child, answers);
  }

  async resize(question: string): Promise<{ ms: number; sha256: string }> {
    this.#process.stdin.write(`${question}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('PIL ended: see above.');
    const [ms, sha256] = value.split(' ');
    return { ms: Number(ms), sha256: sha256! };
  }

  end(): void {
    this.#process.stdin.end();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const began = performance.now();
  const result = await work();
  return { ms: performance.now() - began, result };
}

/** Clouds of all colors: a file of about the bytes that a photo of its size has. */
async function photo(width: number, height: number): Promise<Uint8Array> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels: 3, background: '#000', noise } })
    .blur(2)
    .jpeg({ quality: 90 })
    .toBuffer();
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function compare(name: string, width: number, height: number, pil: Pil | undefined) {
  const file = await photo(width, height);
  const decode = (rule: PictureRule) => timed(() => decoder.decode(file, { signal, needs: needs(rule) }));
  const { picture }: { picture: Picture } = (await decode(exact)).result;
  const raw = join(scratch, `${name.replace(' ', '')}.rgb`);
  await writeFile(raw, picture.rgb);
  const to = scaledSize(picture, exact.size);
  const offsets = [centerOffset(to.width, exact.size), centerOffset(to.height, exact.size)];
  const question = [raw, width, height, to.width, to.height, ...offsets, exact.size].join(' ');

  const took = { exact: [] as number[], fast: [] as number[], pil: [] as number[] };
  const decoded = { exact: [] as number[], fast: [] as number[] };
  const against: Round[] = [];
  let different = 0;
  // The first rounds are for the compilers and the caches.
  for (let round = -3; round < rounds; round++) {
    const ours = await timed(() => preprocess(picture, exact, (...given) => resizer.resize(...given), signal));
    const theirs = await pil?.resize(question);
    const vips = await timed(() =>
      preprocess(
        picture,
        quickly,
        fast((...given) => decoder.resize(...given)),
        signal,
      ),
    );
    const every = await decode(exact);
    const few = await decode(quickly);
    if (theirs && theirs.sha256 !== sha256(ours.result.rgb)) different++;
    if (round < 0) continue;
    took.exact.push(ours.ms);
    took.fast.push(vips.ms);
    decoded.exact.push(every.ms);
    decoded.fast.push(few.ms);
    if (theirs) {
      took.pil.push(theirs.ms);
      against.push({ a: [ours.ms], b: [theirs.ms] });
    }
  }
  return { name, took, decoded, against: against.length > 0 ? ratio(against) : undefined, different };
}

await rm(scratch, { recursive: true, force: true });
await mkdir(scratch, { recursive: true });
const python = process.env.PYTHON;
const pil = python ? await Pil.start(python) : undefined;
print(
  `npm run bench:preprocess, ${new Date().toISOString().slice(0, 16)}Z${values.quick ? ' (quick: not to be quoted)' : ''}`,
);
print(
  `Node ${process.version}, ${pil?.version ?? 'no PIL (PYTHON is not set)'}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`,
);
print(
  `${rounds} rounds, ours and PIL in turn, one thread each; load of the machine before ${loadavg()[0]!.toFixed(1)}`,
);
print('');
await resizer.warmUp({ signal });
const results = [];
for (const { name, width, height } of SIZES) results.push(await compare(name, width, height, pil));

const cell = (times: readonly number[]) =>
  times.length > 0 ? `${number(median(times))} (${number(Math.min(...times))})` : '-';
for (const line of table([
  ['milliseconds, median (least)', ...results.map(({ name }) => name)],
  ['exact, thread and copy included', ...results.map(({ took }) => cell(took.exact))],
  ["PIL's resize", ...results.map(({ took }) => cell(took.pil))],
  ['exact / PIL [95 %]', ...results.map(({ against }) => (against ? interval(against) : '-'))],
  ['fast, of the same pixels', ...results.map(({ took }) => cell(took.fast))],
  ['JPEG decoded for exact', ...results.map(({ decoded }) => cell(decoded.exact))],
  ['JPEG decoded for fast', ...results.map(({ decoded }) => cell(decoded.fast))],
]))
  print(line);
print('');
const said = (met: boolean) => (met ? 'met' : 'MISSED');
const [one, twelve] = results;
const oneMs = median(one!.took.exact);
print(`Goal: 1 MP in at most ${GOAL_MS} ms, 10 % of the vision graph: ${number(oneMs)} ms, ${said(oneMs <= GOAL_MS)}`);
if (twelve!.against) {
  const { ratio: times } = twelve!.against;
  print(`Goal: 12 MP in at most ${GOAL_RATIO} x PIL's time: ${times.toFixed(2)} x, ${said(times <= GOAL_RATIO)}`);
  const different = results.reduce((sum, result) => sum + result.different, 0);
  print(`Goal: the same bytes as PIL in every round: ${different} rounds differed, ${said(different === 0)}`);
}
pil?.end();
await Promise.all([resizer.close(), decoder.close(), rm(scratch, { recursive: true, force: true })]);
if (!values.quick && pil)
  await writeFile(fileURLToPath(new URL('./results/preprocess.txt', import.meta.url)), `${lines.join('\n')}\n`);
