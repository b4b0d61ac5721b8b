import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SeededModels } from './encode-models.ts';
import { SEED } from './encode-models.ts';
import type { Taken } from './encode-side.ts';

export interface Torch {
  ask(kind: 'pictures' | 'texts', items: readonly string[]): Promise<Taken>;
  memory(): Promise<number>;
  end(): Promise<void>;
}

/** bench/encode_torch.py, warm: one line of JSON for each question. */
export async function startTorch({ python, fp32 }: SeededModels): Promise<Torch> {
  const script = fileURLToPath(new URL('./encode_torch.py', import.meta.url));
  const child = spawn(python, [script, '--seed', String(SEED), '--tokenizer', `${fp32}/tokenizer.json`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('encode_torch.py ended.');
    return JSON.parse(value);
  };
  const ask = (question: unknown) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return next();
  };
  await next();
  return {
    async ask(kind, items) {
      const { ms, vectors } = await ask({ [kind]: items });
      return { ms, vectors: vectors.map((vector: number[]) => Float32Array.from(vector)) };
    },
    memory: async () => (await ask({ memory: true })).bytes,
    async end() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
