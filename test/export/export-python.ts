import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** What scripts/export-venv.sh makes. */
export const PYTHON = resolve('.venv-export/bin/python');
export const lacksPython = !existsSync(PYTHON);

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** Runs a Python of the exporter's venv in the project's folder, and ends it with the test. */
export async function python(args: readonly string[], signal: AbortSignal): Promise<Ended> {
  const child = spawn(PYTHON, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => (said += more));
  const [code] = await once(child, 'close');
  return { code, said };
}
