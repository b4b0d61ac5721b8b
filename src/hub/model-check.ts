import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Encoder } from '../encode/encoder.ts';
import { MargayError } from '../errors.ts';
import { megabytes } from './disk.ts';
import { firstFault, manifestIn } from './model-folder.ts';

/** An encoder that was loaded the way a server does, golden vectors computed. */
export interface LoadedEncoder extends Pick<Encoder, 'info' | 'prepare' | 'encode' | 'close'> {
  /** The process that runs the graphs. */
  readonly pid: number | undefined;
}

export interface CheckOptions {
  /** @throws MargayError ENCODER_UNAVAILABLE naming the file at fault. */
  readonly load: (folder: string, options: { signal: AbortSignal }) => Promise<LoadedEncoder>;
  readonly signal: AbortSignal;
}

/** Runs of each kind whose median is told, after one that is not. */
const RUNS = 7;
const TEXT = 'phone case with a leopard';
/** A camera's picture, scaled: decoding is not measured. */
const SIDE = { width: 1280, height: 960 };

/**
 * Looks at a model folder as a server would: manifest, the hash of every file, golden vectors; then what it costs here.
 * @returns lines for people.
 * @throws MargayError with the one thing that is wrong.
 */
export async function checkModel(name: string, folder: string, { load, signal }: CheckOptions): Promise<string[]> {
  const found = await manifestIn(folder);
  const fault = found && (await firstFault(folder, found.manifest, signal));
  if (fault) throw damaged(name, fault, found.origin !== undefined);
  // A manifest that cannot be read is told by the encoder, in the words that a start uses.
  const encoder = await load(folder, { signal });
  try {
    const { info } = encoder;
    const rgb = Uint8Array.from(
      { length: SIDE.width * SIDE.height * 3 },
      (_value, index) => (index * 31 + (index >> 9)) & 255,
    );
    const pixels = await encoder.prepare({ ...SIDE, rgb }, { signal });
    const texts = await times((run) => encoder.encode({ text: `${TEXT} ${run}` }, { signal }));
    const pictures = await times((run) =>
      encoder.encode({ pixels: { ...pixels, rgb: changed(pixels.rgb, run) } }, { signal }),
    );
    const memory = await residentBytes(encoder.pid);
    return [
      `${info.name}: ${found?.manifest.description ?? ''}`,
      `  license      ${info.license}`,
      `  dimensions   ${info.dimensions}, a query of picture and words is ${info.joint === 'NATIVE' ? 'one vector of both' : 'the weighted sum of two'}`,
      `  fingerprint  ${info.fingerprint.slice(0, 16)}`,
      ...(found?.origin ? [`  from         ${found.origin.repo}, commit ${found.origin.commit}`] : []),
      `  text         ${texts.toFixed(1)} ms each, one at a time`,
      `  picture      ${pictures.toFixed(1)} ms each, one at a time, decoding not counted`,
      `  memory       ${memory === undefined ? 'unknown' : `${megabytes(memory)} resident`}`,
      'Every file has its SHA-256 and the golden vectors agree.',
    ];
  } finally {
    await encoder.close();
  }
}

/** Another picture each time: what was computed before is kept. */
function changed(rgb: Uint8Array, run: number): Uint8Array {
  const copy = rgb.slice();
  copy.fill((37 * run) & 255, 0, 3 * 16);
  return copy;
}

/** Median, in milliseconds. */
async function times(work: (run: number) => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const start = performance.now();
    await work(run);
    if (run > 0) all.push(performance.now() - start);
  }
  return all.sort((a, b) => a - b)[(RUNS - 1) / 2]!;
}

async function residentBytes(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, linux] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (linux !== undefined) return Number(linux) * 1024;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return /^\s*\d+\s*$/.test(stdout) ? Number(stdout) * 1024 : undefined;
}

const damaged = (name: string, file: string, pulled: boolean): MargayError =>
  new MargayError(
    'ENCODER_UNAVAILABLE',
    `The encoder "${name}" cannot be used: ${file} is missing, or is not the file that model.json names (its SHA-256 differs).`,
    {
      remedy: pulled
        ? `npm run model -- pull ${name} brings back what is damaged.`
        : `Restore ${file} from the place the model came from.`,
    },
  );
