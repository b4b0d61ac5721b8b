// npm run parity [-- MODEL ...]: the graphs of Visualized BGE, computed by margay itself, against the authors' own code; see training/export/README.md.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const python = `${cwd}/.venv-export/bin/python`;

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(python)) {
  console.error("margay: making .venv-export/ with PyTorch and the authors' code, from PyPI (once) ...");
  run('sh', ['scripts/export-venv.sh']);
}
const given = process.argv.slice(2);
const kept = given.length === 0 ? ['--results', 'bench/results'] : [];
run(python, ['training/export/parity.py', '--runner', 'margay', '--node', process.execPath, ...kept, ...given]);
