import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MargayError } from '../errors.ts';
import type { KnownModel } from './known-model.ts';

export interface ExportRequest {
  readonly checkpoint: string;
  readonly tokenizer: string;
  readonly out: string;
  readonly precision?: string | undefined;
}

export interface ExportOptions {
  /** Folder of the project: the exporter and its Python are there. */
  readonly project: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** How long the exporter may take to end when it is asked to, in milliseconds. */
const GRACE_MS = 10_000;

/**
 * Hands over to the exporter in Python, whose Python is set up where it is missing.
 * @returns its exit status; 128 and the signal's number where a signal ended it.
 * @throws MargayError BAD_INPUT naming what is missing.
 */
export async function exportModel(
  known: KnownModel,
  request: ExportRequest,
  { project, signal, say }: ExportOptions,
): Promise<number> {
  if (!('export' in known.source))
    throw new MargayError('BAD_INPUT', `The exporter does not make ${known.name}.`, {
      remedy:
        'hub' in known.source
          ? `npm run model -- pull ${known.name} downloads it.`
          : 'docs/models.md says what margay needs of graphs that were made by other means.',
    });
  for (const [option, path] of [
    ['--checkpoint', request.checkpoint],
    ['--tokenizer', request.tokenizer],
  ] as const)
    if (!(await stat(path).catch(() => undefined)))
      throw new MargayError('BAD_INPUT', `${option}: there is no ${path}.`, {
        remedy: `${known.name} is made of ${known.source.checkpoint.url} and the tokenizer of ${known.source.tokenizer}.`,
      });
  const python = join(project, '.venv-export/bin/python');
  if (!(await stat(python).catch(() => undefined))) {
    say('Setting up the Python of the exporter, once (PyTorch, from the package index) ...');
    const status = await run('sh', [join(project, 'scripts/export-venv.sh')], project, signal);
    if (status !== 0) {
      say('scripts/export-venv.sh failed; see above.');
      return status;
    }
  }
  const { checkpoint, tokenizer, out, precision } = request;
  const args = [
    '--checkpoint',
    checkpoint,
    '--tokenizer',
    tokenizer,
    '--out',
    out,
    ...(precision ? ['--precision', precision] : []),
  ];
  return run(python, [join(project, 'training/export/main.py'), known.name, ...args], project, signal);
}

async function run(command: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const child = spawn(command, args, { cwd, stdio: 'inherit' });
  let impatient: NodeJS.Timeout | undefined;
  // A terminal's Ctrl-C reaches the child as well; asked twice does no harm.
  const stop = () => {
    child.kill('SIGTERM');
    impatient = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [code, ended] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (SIGNALS[ended ?? 'SIGTERM'] ?? 15);
  } catch (cause) {
    throw new MargayError('BAD_INPUT', `${command} cannot be started.`, {
      cause,
      remedy: 'See scripts/export-venv.sh: it needs sh and Python 3.',
    });
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(impatient);
  }
}

const SIGNALS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};
