import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from '../../bench/asked.ts';
import { SEED, seededModel } from '../../bench/encode-models.ts';
import { LlamaServer } from '../../test/rerank/llama-server.ts';
import { MilvusServer } from '../../test/retrieve/milvus-server.ts';
import { CountingProxy } from './counting-proxy.ts';
import type { GatewayQuestions } from './gateway.ts';
import { indexCatalog } from './indexing.ts';
import { writeCatalog } from './pictures.ts';
import type { Step } from './steps.ts';
import { count } from './table.ts';
import { folderBytes, llamaVersion, milvusVersion } from './versions.ts';

export interface StackOptions {
  /** The checkout. */
  readonly root: string;
  /** The binary of llama.cpp's server. */
  readonly program: string;
  /** How many are indexed. */
  readonly products: number;
}

/** Everything running, with a counting proxy before each server. */
export interface Servers extends AsyncDisposable {
  readonly toGateway: CountingProxy;
  readonly toMilvus: CountingProxy;
  readonly toLlama: CountingProxy;
  /** What the gateway did since the last call. */
  steps(): Promise<Step[]>;
  /** Another vision model, of this seed. */
  reseed(seed: number): Promise<void>;
}

/** Starts the whole stack, one part after another, and indexes a catalog. Ended by a signal it takes its servers along. */
export async function startServers(
  { root, program, products }: StackOptions,
  print: (line: string) => void,
): Promise<Servers> {
  await using ends = new AsyncDisposableStack();
  let stop = () => ends.disposeAsync();
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(name, () => void stop().finally(() => process.exit(code)));
  const folder = await mkdtemp(join(tmpdir(), 'margay-stack-'));
  ends.defer(() => rm(folder, { recursive: true, force: true }));

  const model = seededModel('fp32');
  const modelBytes = count(await folderBytes(model));
  print(`Encoder: Visualized BGE (base) at full size, random weights of seed ${SEED}, ${modelBytes} bytes on disk`);

  const milvus = await MilvusServer.start('standalone');
  ends.defer(() => milvus.stop());
  const toMilvus = ends.use(await CountingProxy.before(milvus.address));
  print(
    `Store: Milvus, which calls itself ${await milvusVersion(milvus.address)}: the engine of PyPI's milvus package`,
  );

  let llama = await LlamaServer.start(program);
  ends.defer(() => llama[Symbol.asyncDispose]());
  const hostOf = (server: LlamaServer) => new URL(server.url).host;
  const toLlama = ends.use(await CountingProxy.before(hostOf(llama)));
  const llamaBytes = count(await folderBytes(llama.folder));
  print(`Reranker: llama-server ${await llamaVersion(program)}, a vision model of random weights, ${llamaBytes} bytes`);

  const settings = {
    MARGAY_DATA: join(folder, 'data'),
    CATALOG_FILE: fileURLToPath(new URL('catalog.graphql', import.meta.url)),
    ENCODER: model,
    MILVUS_ADDRESS: toMilvus.address,
    RERANK_URL: `http://${toLlama.address}/v1`,
    RERANK_MODEL: 'random',
    RERANK_TIMEOUT_MS: '120000',
    HTTP_TIMEOUT_MS: '60000',
    PORT: '0',
  };
  const catalog = join(folder, 'catalog.jsonl');
  print(`Catalog: ${await writeCatalog(catalog, folder, products)}`);
  print(await indexCatalog(root, catalog, settings, toMilvus));

  const entry = new URL('gateway.ts', import.meta.url);
  const gateway = await start<GatewayQuestions>(entry, [JSON.stringify(settings)]);
  ends.defer(() => gateway.end());
  const toGateway = ends.use(await CountingProxy.before(new URL(await gateway.ask('url', null)).host));

  const running = ends.move();
  stop = () => running.disposeAsync();
  return {
    toGateway,
    toMilvus,
    toLlama,
    steps: () => gateway.ask('steps', null),
    async reseed(seed) {
      await llama[Symbol.asyncDispose]();
      llama = await LlamaServer.start(program, undefined, seed);
      toLlama.target = hostOf(llama);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
