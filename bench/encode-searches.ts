import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from './asked.ts';
import { Client, prepare } from './client.ts';
import type { EncodeRun } from './encode-rates.ts';
import { atOnce } from './load.ts';
import { drawings, text } from './queries.ts';
import { number, table } from './report.ts';
import type { ServerQuestions } from './server.ts';
import { quantile } from './statistics.ts';

const QUERY = `query ($text: String, $image: Upload) {
  search(text: $text, image: $image, topK: 9) { hits { rank score product { id title } } }
}`;
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const INDEXED = 40;

/** Searches a second over HTTP with a real encoder, by how many are at once. */
export async function searches({ fp32, int8, files, quick, print }: EncodeRun): Promise<void> {
  print(
    `Searches over HTTP, the whole gateway, ${INDEXED} pictures in LanceDB; every text and picture is new, so no cache has them`,
  );
  const rows = [['encoder', 'query', 'at once', 'n', 'searches/s', 'p50, ms', 'p99, ms']];
  const drawn = drawings();
  for (const [name, encoder] of [
    ['fp32', fp32],
    ['int8', int8],
  ] as const) {
    if (!encoder) continue;
    const data = await mkdtemp(join(tmpdir(), 'margay-bench-data-'));
    try {
      const pictures = join(data, 'pictures');
      await mkdir(pictures);
      for (const file of files.slice(0, INDEXED)) await cp(file, join(pictures, file.slice(file.lastIndexOf('/') + 1)));
      const settings = { ENCODER: encoder, HTTP_TIMEOUT_MS: '600000' };
      const env = { ...process.env, ...settings, MARGAY_DATA: data };
      const { status } = spawnSync(process.execPath, [MAIN, 'index', pictures], { env, stdio: 'ignore' });
      if (status !== 0) throw new Error('The pictures could not be indexed.');
      const server = await start<ServerQuestions>(
        new URL('./server.ts', import.meta.url),
        ['real', JSON.stringify(settings)],
        { MARGAY_DATA: data },
      );
      const client = new Client(await server.ask('url', null));
      for (const kind of ['text', 'text and picture'] as const)
        for (const concurrency of [1, 4, 16, 64]) {
          const count = quick
            ? concurrency
            : Math.max(kind === 'text' ? 64 : 16, (kind === 'text' ? 4 : 1) * concurrency);
          const requests = [];
          for (let place = 0; place < count; place++) {
            const picture = kind === 'text' ? undefined : (await drawn.next()).value;
            requests.push(prepare(QUERY, { text: text(), ...(picture && { picture }) }));
          }
          const took: number[] = [];
          const started = performance.now();
          await atOnce(concurrency, requests, async (request) => {
            took.push((await client.post(request)).ms);
          });
          const seconds = (performance.now() - started) / 1000;
          const at = (q: number) => number(quantile(took, q));
          rows.push([name, kind, String(concurrency), String(count), number(count / seconds), at(0.5), at(0.99)]);
        }
      client.close();
      await server.end();
    } finally {
      await rm(data, { recursive: true });
    }
  }
  for (const line of table(rows)) print(line);
}
