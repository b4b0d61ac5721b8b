import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { OnnxEncoder } from '../../src/encode/onnx-encoder.ts';
import { loadEncoder, makeGoldenIn } from '../../src/folder-encoder.ts';
import { parseKnown } from '../../src/hub/known-model.ts';
import { checkModel } from '../../src/hub/model-check.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { difference } from '../contract/encoder.ts';
import { HubServer } from './hub-server.ts';
import { pullFrom } from './pulling.ts';

// Real graphs, as a hub has them: no hashes in their description, no golden vectors, and names that a pull has to find out.
const REPO = 'somebody/tiny-clip';
const config = readConfig({});
const { signal } = new AbortController();

let folder: string;
let target: string;
let hub: HubServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-hub-'));
  target = join(folder, 'tiny-clip');
  hub = await new HubServer(REPO).start();
});
afterEach(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

async function known(name: string) {
  const from = `test/fixtures/models/${name}`;
  const { graphs, tokenizer, ...manifest } = JSON.parse(await readFile(`${from}/model.json`, 'utf8'));
  const files: Record<string, { path: string }> = {};
  const offered = async ({ file, sha256: _, ...rest }: { file: string; sha256: string }) => {
    const path = file.endsWith('.onnx') ? `onnx/${file}` : file;
    hub.put(path, await readFile(`${from}/${file}`), file.endsWith('.onnx'));
    files[file] = { path };
    return { file, ...rest };
  };
  const described = {
    ...manifest,
    graphs: {
      vision: await offered(graphs.vision),
      text: { ...(await offered(graphs.text)), mask: 'attention_mask?' },
    },
    tokenizer: await offered(tokenizer),
  };
  const json = {
    manifest: described,
    queries: ['text', 'picture'],
    source: { hub: { repo: REPO, revision: 'main', files } },
    facts: {},
    unverified: [],
  };
  return parseKnown(`${name}.json`, JSON.stringify(json));
}

test.each(['tiny-clip', 'tiny-siglip'])(
  '%s comes, is run once, and gives at every start what it gave',
  async (name) => {
    await pullFrom(hub, await known(name), target, { makeGolden: (...given) => makeGoldenIn(config, ...given) });
    const golden = JSON.parse(await readFile(join(target, 'golden.json'), 'utf8'));
    expect(golden.cases.length).toBeGreaterThanOrEqual(4);

    await using decoder = Object.assign(new SharpDecoder(), {
      async [Symbol.asyncDispose]() {
        await decoder.close();
      },
    });
    const [pulled, original] = [
      await OnnxEncoder.load(target, { decoder }),
      await OnnxEncoder.load(`test/fixtures/models/${name}`, { decoder }),
    ];
    const input = {
      text: 'a red mug',
      pixels: { size: 32, rgb: new Uint8Array(32 * 32 * 3).map((_, at) => at % 251) },
    };
    const [a, b] = [await pulled.encode(input, { signal }), await original.encode(input, { signal })];
    expect(difference(a.vector, b.vector)).toBe(0);
    expect(pulled.info.fingerprint).toBe(original.info.fingerprint);
    await Promise.all([pulled.close(), original.close()]);

    const lines = await checkModel(name, target, { load: (...given) => loadEncoder(config, ...given), signal });
    expect(lines.join('\n')).toMatch(/memory {7}\d+ MB resident/);
  },
);
