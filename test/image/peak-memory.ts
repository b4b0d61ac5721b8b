import { readFile } from 'node:fs/promises';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';

/** Run as a process: decodes the files named in argv and prints, a JSON line each, the outcome and the process's peak memory in megabytes before and after. */
const peak = () => Math.round(process.resourceUsage().maxRSS / 1024);
const { signal } = new AbortController();
const decoder = new SharpDecoder();
for (const path of process.argv.slice(2)) {
  const bytes = await readFile(path);
  const before = peak();
  const started = performance.now();
  const outcome = await decoder.decode(bytes, { signal }).then(
    ({ width, height }) => `${width}x${height}`,
    (error) => error.code ?? String(error),
  );
  console.log(JSON.stringify({ outcome, before, after: peak(), ms: Math.round(performance.now() - started) }));
}
await decoder.close();
