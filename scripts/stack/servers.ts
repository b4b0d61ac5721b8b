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
export interface Servers {
  readonly toGateway: CountingProxy;
  readonly toMilvus: CountingProxy;
  readonly toLlama: CountingProxy;
  /** What the gateway did since the last call. */
  steps(): Promise<Step[]>;
}

/**
 * Starts the whole stack, one part after another, and indexes a catalog.
 * @param ends gets what ends each part; ended already, nothing more is started.
 */
export async function startServers(
  { root, program, products }: StackOptions,
  ends: AsyncDisposableStack,
  print: (line: string) => void,
): Promise<Servers> {
  /** A part that is up when all was ended meanwhile would stay behind. */
  const keep = async <T>(starting: Promise<T>, end: (part: T) => PromiseLike<void>): Promise<T> => {
    const part = await starting;
    if (ends.disposed) await end(part);
    ends.adopt(part, end);
    return part;
  };
  const dispose = (part: AsyncDisposable) => part[Symbol.asyncDispose]();
  const folder = await keep(mkdtemp(join(tmpdir(), 'margay-stack-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );

  const model = seededModel('fp32');
  const modelBytes = count(await folderBytes(model));
  print(`Encoder: Visualized BGE (base) at full size, random weights of seed ${SEED}, ${modelBytes} bytes on disk`);

  const milvus = await keep(MilvusServer.start('standalone'), (server) => server.stop());
  const toMilvus = await keep(CountingProxy.before(milvus.address), dispose);
  print(
    `Store: Milvus, which calls itself ${await milvusVersion(milvus.address)}: the engine of PyPI's milvus package`,
  );

  const llama = await keep(LlamaServer.start(program), dispose);
  const toLlama = await keep(CountingProxy.before(new URL(llama.url).host), dispose);
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
  const gateway = await keep(start<GatewayQuestions>(entry, [JSON.stringify(settings)]), (process) => process.end());
  const toGateway = await keep(CountingProxy.before(new URL(await gateway.ask('url', null)).host), dispose);
  return { toGateway, toMilvus, toLlama, steps: () => gateway.ask('steps', null) };
}
