// npm run stack [-- --products 60 --tries 40]: the whole stack, once. A camera JPEG over HTTP -> Visualized BGE at full size with seeded weights -> Milvus 2.3.5 -> caption ->
// sheet -> a real llama.cpp server with a vision model of random weights -> `reranked` and `rationale` in one answer, with the milliseconds and bytes of each step. The figures
// mean nothing for quality and everything for plumbing. A whole run is kept in bench/results/stack.txt.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lacking } from './stack/needs.ts';

/** Exit status where something has to be installed first. */
const EXIT_USAGE = 2;

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { products: { type: 'string', default: '60' }, tries: { type: 'string', default: '40' } },
});
const needs = lacking({ root, env: process.env });
for (const { lacks, remedy } of needs) console.error(`stack: ${lacks}\n  ${remedy}`);
if (needs.length > 0) process.exit(EXIT_USAGE);

const { wholeStack } = await import('./stack/whole-stack.ts');
const ends = new AsyncDisposableStack();
let stopped: Promise<never> | undefined;
// The servers go first: one that lives in a group of its own would stay behind.
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(name, () => (stopped ??= ends.disposeAsync().then(() => process.exit(code))));
try {
  const stack = { root, program: process.env.LLAMA_SERVER!, products: Number(values.products) };
  process.exitCode = (await wholeStack(stack, Number(values.tries), ends)) ? 0 : 1;
} catch (error) {
  // Whatever breaks off then was ended by us.
  if (!stopped) throw error;
} finally {
  await (stopped ?? ends.disposeAsync());
}
