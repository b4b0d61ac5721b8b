import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const SEED = 1;

export interface SeededModels {
  readonly fp32: string;
  readonly int8: string;
  /** A Python with PyTorch and the authors' code. */
  readonly python: string;
}

/** Visualized BGE (base) at full size with seeded random weights, exported once: its figures mean nothing for quality and everything for speed. */
export async function seededModels(): Promise<SeededModels> {
  const python = join(ROOT, '.venv-export/bin/python');
  const fp32 = join(ROOT, 'build/models/visualized-bge-base-seeded');
  const int8 = `${fp32}-int8`;
  if ((!existsSync(fp32) || !existsSync(int8)) && !existsSync(python)) run('sh', ['scripts/export-venv.sh']);
  for (const [out, precision] of [
    [fp32, 'fp32'],
    [int8, 'int8'],
  ] as const) {
    if (existsSync(out)) continue;
    const more = precision === 'int8' ? ['--precision', precision] : [];
    run(python, ['training/export/main.py', 'visualized-bge-base', '--seeded', String(SEED), '--out', out, ...more]);
  }
  return { fp32, int8, python };
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed.`);
}
