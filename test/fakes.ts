import { createHash } from 'node:crypto';
import { ANALYZERS, type Analyzer } from '../src/catalog/definition.ts';
import {
  ATTRIBUTES,
  type Column,
  fieldsOf,
  IMAGE,
  IMAGES,
  type Product,
  type ProductId,
  type Row,
} from '../src/catalog/product.ts';
import type { Encoded, Encoder, EncoderInfo, EncoderInput, ModelPixels } from '../src/encode/encoder.ts';
import type { Picture } from '../src/image/decoder.ts';
import type { Asked, Candidate, PassOptions, Ranking, Reranker, RerankQuery, Wanted } from '../src/rerank/reranker.ts';
import { type CatalogStamp, checkOpening } from '../src/retrieve/catalog-stamp.ts';
import type { Filter } from '../src/retrieve/filter.ts';
import { predicate } from '../src/retrieve/matches.ts';
import type {
  FoundOptions,
  Hit,
  RowPlace,
  SearchOptions,
  StoreFactory,
  VectorStore,
} from '../src/retrieve/vector-store.ts';

export const DIMENSIONS = 8;

/** A unit vector that depends on every byte of the seed. */
export function vectorOf(...seeds: (string | Uint8Array)[]): Float32Array {
  const hash = createHash('sha256');
  for (const seed of seeds) hash.update(seed);
  const digest = hash.digest();
  const raw = Float32Array.from({ length: DIMENSIONS }, (_, place) => digest.readInt8(place) + 0.5);
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}

/** An encoder without a model: what goes in decides what comes out, and every call is counted. */
export class FakeEncoder implements Encoder {
  readonly calls: EncoderInput[] = [];
  readonly info: EncoderInfo = {
    name: 'fake',
    dimensions: DIMENSIONS,
    fingerprint: 'fake-1',
    joint: 'NATIVE',
    attributes: [],
    demo: false,
    license: 'Apache-2.0',
  };

  async prepare(picture: Picture): Promise<ModelPixels> {
    return { size: 1, rgb: picture.rgb.slice(0, 3) };
  }

  async encode(input: EncoderInput, { signal }: { signal: AbortSignal }): Promise<Encoded> {
    signal.throwIfAborted();
    this.calls.push(input);
    const vector = vectorOf(input.text ?? '', input.pixels?.rgb ?? '');
    return { vector, attributes: {}, truncated: false };
  }

  async close(): Promise<void> {}
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, place) => sum + value * b[place]!, 0);

/** The port's promises in plain arrays; what it was asked is kept. */
export class MemoryStore implements VectorStore {
  readonly kind = 'memory';
  readonly dimensions = DIMENSIONS;
  readonly stored: Row[] = [];
  readonly asked: { call: string; columns: readonly Column[]; size: number }[] = [];
  /** Throws this, when set. */
  fault: Error | undefined;

  #ask(call: string, columns: readonly Column[] = [], size = 1): void {
    if (this.fault) throw this.fault;
    this.asked.push({ call, columns, size });
  }

  async search(vectors: readonly Float32Array[], options: SearchOptions): Promise<Hit[][]> {
    const { topK, offset = 0, columns, exclude, filter } = options;
    this.#ask('search', columns, vectors.length);
    return vectors.map((vector, place) => {
      const best = new Map<ProductId, Hit>();
      for (const row of this.#matching(filter)) {
        const score = cosine(vector, row.vector);
        if (row.productId === exclude?.[place] || score <= (best.get(row.productId)?.score ?? -2)) continue;
        best.set(row.productId, { productId: row.productId, ordinal: row.ordinal, score, ...shown(row, columns) });
      }
      return [...best.values()]
        .sort((a, b) => b.score - a.score || (a.productId < b.productId ? -1 : 1))
        .slice(offset, offset + topK);
    });
  }

  /** One point for each word of the title that is asked for: enough to see what was asked. */
  async searchText(text: string, { topK, offset = 0, columns, filter }: FoundOptions): Promise<Hit[]> {
    this.#ask('searchText', columns);
    const words = text.toLowerCase().split(/\W+/);
    return this.#matching(filter)
      .filter(({ ordinal }) => ordinal === 0)
      .map((row) => {
        const title = String(row.product.fields.title).toLowerCase().split(/\W+/);
        return { row, score: words.filter((word) => title.includes(word)).length };
      })
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || (a.row.productId < b.row.productId ? -1 : 1))
      .slice(offset, offset + topK)
      .map(({ row, score }) => ({ productId: row.productId, ordinal: 0, score, ...shown(row, columns) }));
  }

  async rows(places: readonly RowPlace[], { columns }: { columns: readonly Column[] }): Promise<Hit[]> {
    this.#ask('rows', columns, places.length);
    return this.stored
      .filter((row) => places.some((p) => p.productId === row.productId && p.ordinal === row.ordinal))
      .map((row) => ({ productId: row.productId, ordinal: row.ordinal, score: 0, ...shown(row, columns) }));
  }

  async get(ids: readonly ProductId[], { columns }: { columns: readonly Column[] }): Promise<Map<ProductId, Product>> {
    this.#ask('get', columns, ids.length);
    return new Map(this.#main(ids).map((row) => [row.productId, shown(row, columns).product]));
  }

  async vectors(ids: readonly ProductId[]): Promise<Map<ProductId, Float32Array>> {
    this.#ask('vectors', [], ids.length);
    return new Map(this.#main(ids).map((row) => [row.productId, row.vector]));
  }

  async sources(ids: readonly ProductId[]): Promise<Map<ProductId, string>> {
    return new Map(this.#main(ids).map((row) => [row.productId, row.source]));
  }

  async page({
    first,
    after,
    filter,
    columns,
  }: {
    first: number;
    after?: ProductId | undefined;
    filter?: Filter | undefined;
    columns: readonly Column[];
  }) {
    this.#ask('page', columns);
    const all = this.#matching(filter).filter(
      (row) => row.ordinal === 0 && (after === undefined || row.productId > after),
    );
    all.sort((a, b) => (a.productId < b.productId ? -1 : 1));
    return { products: all.slice(0, first).map((row) => shown(row, columns).product), hasNext: all.length > first };
  }

  async count({ filter }: { filter?: Filter | undefined }): Promise<number> {
    this.#ask('count');
    return this.#matching(filter).filter(({ ordinal }) => ordinal === 0).length;
  }

  async upsert(rows: readonly Row[]): Promise<void> {
    const ids = new Set(rows.map(({ productId }) => productId));
    this.stored.splice(0, this.stored.length, ...this.stored.filter(({ productId }) => !ids.has(productId)), ...rows);
  }

  async remove(ids: readonly ProductId[]): Promise<number> {
    const gone = this.#main(ids).length;
    this.stored.splice(0, this.stored.length, ...this.stored.filter(({ productId }) => !ids.includes(productId)));
    return gone;
  }

  removeWhere(filter: Filter): Promise<number> {
    return this.remove([...new Set(this.#matching(filter).map(({ productId }) => productId))]);
  }

  async optimize(): Promise<void> {}
  async ping(): Promise<void> {
    if (this.fault) throw this.fault;
  }
  async close(): Promise<void> {}

  #matching(filter: Filter | undefined): Row[] {
    if (!filter) return this.stored;
    const accepts = predicate(filter);
    return this.stored.filter(({ productId, product }) =>
      accepts(({ name }) => (name === 'id' ? productId : (product.fields[name] ?? null))),
    );
  }

  #main(ids?: readonly ProductId[]): Row[] {
    return this.stored.filter(({ ordinal, productId }) => ordinal === 0 && (!ids || ids.includes(productId)));
  }
}

function shown(row: Row, columns: readonly Column[]): Pick<Hit, 'product' | 'image' | 'attributes'> {
  const { id, fields, images } = row.product;
  return {
    product: {
      id,
      fields: Object.fromEntries(fieldsOf(columns).map((name) => [name, fields[name] ?? null])),
      ...(columns.includes(IMAGES) && { images }),
    },
    ...(columns.includes(IMAGE) && { image: row.image }),
    ...(columns.includes(ATTRIBUTES) && { attributes: row.attributes }),
  };
}

export class MemoryStores implements StoreFactory {
  readonly kind = 'memory';
  readonly store = new MemoryStore();
  stored: CatalogStamp | null = null;
  has: readonly Analyzer[] = ANALYZERS;

  async analyzers(): Promise<readonly Analyzer[]> {
    return this.has;
  }

  async stamp(): Promise<CatalogStamp | null> {
    return this.stored;
  }
  async open(stamp: CatalogStamp): Promise<VectorStore> {
    const stored = await this.stamp();
    if (stored) checkOpening(stored, stamp);
    this.stored = stamp;
    return this.store;
  }
  async drop(): Promise<void> {
    this.stored = null;
    this.store.stored.splice(0);
  }
  async close(): Promise<void> {}
}

/** Reverses the order and says so; `answer` may be replaced, and what it was asked is kept. */
export class FakeReranker implements Reranker {
  readonly model = 'fake-reranker';
  readonly looksAt = ['image', 'attributes', 'title', 'category'] as const;
  readonly ranked: { query: RerankQuery; candidates: readonly Candidate[]; wanted: Wanted }[] = [];
  readonly captioned: RerankQuery[] = [];
  delayMs = 0;
  onAbort = () => {};
  fault: Error | undefined;
  answer = (candidates: readonly Candidate[]): Partial<Ranking> => ({
    order: candidates.map(({ id }) => id).reverse(),
  });

  estimate(_asked: Asked) {
    return { calls: 1, promptTokens: 120, completionTokens: 20 };
  }

  async rank(query: RerankQuery, candidates: readonly Candidate[], wanted: Wanted, options: PassOptions) {
    this.ranked.push({ query, candidates, wanted });
    await this.#call(options);
    const order = this.answer(candidates);
    return {
      verdict: 'BELIEVED' as const,
      order: candidates.map(({ id }) => id),
      rationale: wanted.rationale ? 'It fits.' : null,
      reasons: new Map(wanted.reasons ? candidates.map(({ id }) => [id, `Because ${id}.`]) : []),
      caption: wanted.caption ? 'A cat.' : null,
      repairs: [],
      ...order,
    };
  }

  async caption(query: RerankQuery, options: PassOptions) {
    this.captioned.push(query);
    await this.#call(options);
    return 'A cat.';
  }

  captionKept(): string | null {
    return null;
  }

  async #call({ signal, meter }: PassOptions): Promise<void> {
    meter.admit(140);
    meter.begin();
    if (this.delayMs > 0)
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, this.delayMs);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          this.onAbort();
          reject(signal.reason);
        });
      });
    if (this.fault) throw this.fault;
    meter.took(100, 10);
  }
}
