import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SEEDED_FOLDERS } from '../../bench/encode-models.ts';

/** What `npm run stack` needs and has not, and the command that brings it. */
export interface Need {
  readonly lacks: string;
  readonly remedy: string;
}

export interface Place {
  /** The checkout. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const LLAMA = 'LLAMA_SERVER=$(sh scripts/llama-server.sh) npm run stack';

/** Every lack at once. */
export function lacking({ root, env }: Place): Need[] {
  const program = env.LLAMA_SERVER;
  const python =
    env.LLAMA_PYTHON || [join(root, '.venv-llama/bin/python')].find((file) => existsSync(file)) || 'python3';
  const hasModel = existsSync(join(root, SEEDED_FOLDERS.fp32)) || existsSync(join(root, '.venv-export/bin/python'));
  const hasGguf = () => spawnSync(python, ['-c', 'import gguf, numpy'], { stdio: 'ignore' }).status === 0;
  const needs: (Need | false)[] = [
    !program && { lacks: "LLAMA_SERVER does not name the binary of llama.cpp's server.", remedy: LLAMA },
    Boolean(program) &&
      !existsSync(program!) && { lacks: 'LLAMA_SERVER names a file that is not there.', remedy: LLAMA },
    !hasGguf() && {
      lacks: 'No Python with gguf and numpy, which write the vision model (LLAMA_PYTHON, .venv-llama or python3).',
      remedy: 'sh scripts/llama-server.sh',
    },
    !existsSync(join(root, '.venv-milvus-standalone/bin/milvus-server')) && {
      lacks: 'No Milvus 2.3.5 (.venv-milvus-standalone).',
      remedy: 'sh scripts/milvus-venv.sh',
    },
    !hasModel && {
      lacks: `No seeded model (${SEEDED_FOLDERS.fp32}), and no Python that makes it (.venv-export).`,
      remedy: 'sh scripts/export-venv.sh',
    },
  ];
  return needs.filter((need) => need !== false);
}
