import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CountingProxy } from '../../scripts/stack/counting-proxy.ts';
import { lacking } from '../../scripts/stack/needs.ts';
import { shotOf } from '../../scripts/stack/pictures.ts';
import { covered, type Step, timed } from '../../scripts/stack/steps.ts';
import { stepTable } from '../../scripts/stack/table.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { drawnPicture } from '../pictures.ts';

describe('what is lacking', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'margay-stack-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const PYTHON = '.venv-llama/bin/python';
  const MILVUS = '.venv-milvus-standalone/bin/milvus-server';
  const put = async (file: string, text = '') => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text, { mode: 0o755 });
  };
  const remedies = (env: Record<string, string> = {}) => lacking({ root, env }).map(({ remedy }) => remedy);
  const LLAMA = 'LLAMA_SERVER=$(sh scripts/llama-server.sh) npm run stack';

  test('nothing is there: every lack, each with its command', async () => {
    await put(PYTHON, '#!/bin/sh\nexit 1\n');
    expect(remedies()).toEqual([
      LLAMA,
      'sh scripts/llama-server.sh',
      'sh scripts/milvus-venv.sh',
      'sh scripts/export-venv.sh',
    ]);
  });

  test.each([
    ['the Python that makes the model', '.venv-export/bin/python'],
    ['the model itself', 'build/models/visualized-bge-base-seeded/model.json'],
  ])('all is there, with %s', async (_what, file) => {
    for (const one of [MILVUS, file, 'llama-server']) await put(one);
    await put(PYTHON, '#!/bin/sh\nexit 0\n');
    expect(remedies({ LLAMA_SERVER: join(root, 'llama-server') })).toEqual([]);
    expect(remedies({ LLAMA_SERVER: join(root, 'gone') })).toEqual([LLAMA]);
  });

  test('the command says so and ends with 2, before it starts anything', async () => {
    const { LLAMA_SERVER: _, ...env } = process.env;
    const run = promisify(execFile)(process.execPath, ['scripts/stack.ts'], { env, timeout: 25_000 });
    await expect(run).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(LLAMA) });
  });
});

test('a proxy passes bytes on, counts them by exchange, and is gone with its server', async () => {
  const server = createServer((socket) => {
    socket.on('data', async (bytes) => {
      socket.write(`${bytes.length} came`);
      await sleep(20);
      socket.write(', that is all');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await using proxy = await CountingProxy.before(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    const client = connect(Number(proxy.address.split(':')[1]), '127.0.0.1');
    let said = '';
    client.setEncoding('utf8').on('data', (text) => (said += text));
    client.write('GET /first HTTP/1.1\r\n\r\n');
    await expect.poll(() => said).toBe('23 came, that is all');
    client.write('second');
    await expect.poll(() => said).toContain('6 came, that is all');
    const exchanges = proxy.take();
    expect(exchanges).toMatchObject([
      { line: 'GET /first HTTP/1.1', up: 23, down: 20 },
      { line: 'second', up: 6, down: 19 },
    ]);
    for (const { from, to } of exchanges) expect(to - from).toBeGreaterThanOrEqual(10);
    expect(proxy.take()).toEqual([]);
    const closed = once(client, 'close');
    await proxy[Symbol.asyncDispose]();
    await closed;
  } finally {
    server.close();
  }
});

describe('steps', () => {
  class Part {
    readonly #secret = 2;
    async twice(value: number): Promise<number> {
      await sleep(5);
      if (value < 0) throw new RangeError('below 0');
      return value * this.#secret;
    }
    get secret(): number {
      return this.#secret;
    }
  }

  test('are written down, failures too; the part is as it was', async () => {
    const steps: Step[] = [];
    const part = timed(new Part(), { twice: ([given], came) => ({ name: 'twice', given, came }) }, steps);
    expect(await part.twice(4)).toBe(8);
    await expect(part.twice(-1)).rejects.toThrow(RangeError);
    expect(part.secret).toBe(2);
    expect(steps).toMatchObject([
      { name: 'twice', given: 4, came: 8 },
      { name: 'twice', note: 'failed' },
    ]);
    for (const { from, to } of steps) expect(to - from).toBeGreaterThan(1);
  });

  test.each([
    ['none', [], 0],
    [
      'one after another',
      [
        [0, 2],
        [5, 6],
      ],
      3,
    ],
    [
      'one within another, in any order',
      [
        [2, 3],
        [0, 10],
        [4, 5],
      ],
      10,
    ],
    [
      'overlapping',
      [
        [0, 4],
        [3, 7],
      ],
      7,
    ],
  ])('%s cover', (_name, spans, sum) => {
    expect(covered(spans.map(([from, to]) => ({ from: from!, to: to! })))).toBe(sum);
  });

  test('stand in the table by time, thumbnails together, the rest as what lies between', () => {
    const step = (name: string, from: number, to: number, came?: number): Step => ({ name, from, to, came });
    const exchange = (line: string, from: number, to: number) => ({ line, from, to, up: 1000, down: 20 });
    const lines = stepTable({
      client: [exchange('POST /graphql HTTP/1.1', 100, 200)],
      milvus: [exchange('', 120, 130), exchange('', 121, 129)],
      llama: [exchange('POST /v1/chat/completions HTTP/1.1', 140, 150), exchange('POST /x HTTP/1.1', 170, 190)],
      steps: [step('thumbnails', 155, 158, 7), step('search', 119, 131), step('thumbnails', 156, 160, 8)],
    });
    const cells = lines.map((line) => line.trim().split(/ {2,}/));
    expect(cells.slice(1)).toEqual([
      ['Milvus search', 'clock, proxy', '19.0', '12.0', '2,000', '40'],
      ['caption call', 'proxy', '40.0', '10.0', '1,000', '20', 'POST /v1/chat/completions'],
      ['thumbnails', 'clock', '55.0', '5.0', '15', '2 files'],
      ['ranking call', 'proxy', '70.0', '20.0', '1,000', '20', 'POST /x'],
      ['between them', '53.0', 'HTTP, multipart, GraphQL, prompts, JSON'],
      ['the whole request', 'proxy', '0.0', '100.0', '1,000', '20', 'POST /graphql'],
    ]);
  });
});

test('a picture sent again has another identity and the same pixels', async () => {
  const shots = [{ name: 'one', bytes: await drawnPicture('#336699', { width: 40, height: 30 }) }];
  const decoder = new SharpDecoder();
  try {
    const decode = ({ bytes }: { bytes: Uint8Array }) => decoder.decode(bytes, { signal: AbortSignal.timeout(10_000) });
    const [first, again] = [await decode(shotOf(shots, 1)), await decode(shotOf(shots, 2))];
    expect(again.id).not.toBe(first.id);
    expect(again.picture).toEqual(first.picture);
  } finally {
    await decoder.close();
  }
});
