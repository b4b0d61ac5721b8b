import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const SEED = 1;

/** Folders below the checkout. */
export const SEEDED_FOLDERS = {
  fp32: 'build/models/visualized-bge-base-seeded',
  int8: 'build/models/visualized-bge-base-seeded-int8',
} as const;
const SEEDED = { fp32: join(ROOT, SEEDED_FOLDERS.fp32), int8: join(ROOT, SEEDED_FOLDERS.int8) };
const PYTHON = join(ROOT, '.venv-export/bin/python');

export interface SeededModels {
  readonly fp32: string;
  readonly int8: string;
  /** A Python with PyTorch and the authors' code. */
  readonly python: string;
}

/** Visualized BGE (base) at full size with seeded random weights, exported once: its figures mean nothing for quality and everything for speed. */
export async function seededModels(): Promise<SeededModels> {
  return { fp32: seededModel('fp32'), int8: seededModel('int8'), python: PYTHON };
}

/** One of them. @returns its folder, made where it is missing, with the Python that makes it. */
export function seededModel(precision: 'fp32' | 'int8'): string {
  const out = SEEDED[precision];
  if (existsSync(out)) return out;
  if (!existsSync(PYTHON)) run('sh', ['scripts/export-venv.sh']);
  const more = precision === 'int8' ? ['--precision', precision] : [];
  run(PYTHON, ['training/export/main.py', 'visualized-bge-base', '--seeded', String(SEED), '--out', out, ...more]);
  return out;
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed.`);
}
