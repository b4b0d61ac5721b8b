import type { ProductId } from '../catalog/product.ts';
import type { Attributes, Embed, Encoder, ModelPixels } from '../encode/encoder.ts';
import type { Decoder } from '../image/decoder.ts';
import type { Renderer } from '../image/renderer.ts';
import { once } from '../policy/once.ts';
import type { RerankQuery } from '../rerank/reranker.ts';
import type { Hit } from '../retrieve/vector-store.ts';
import { atOnce } from './at-once.ts';
import type { LabelledProduct, LabelledQuery, LabelledSet } from './labelled.ts';

export interface RetrievalStages {
  readonly decoder: Decoder;
  readonly renderer: Renderer;
  readonly encoder: Encoder;
}

/** What the encoder found for a labelled query. */
export interface Retrieved {
  readonly about: RerankQuery;
  /** Best first. */
  readonly hits: readonly Hit[];
  /** Of the hits, 0 for what is not relevant. */
  readonly grades: readonly number[];
  /** All grades above 0 that could be found. */
  readonly relevant: readonly number[];
}

interface Indexed {
  readonly product: LabelledProduct;
  /** By the picture alone. */
  readonly vector: Float32Array;
  /** By picture and title, where that was asked for. */
  readonly titled: Float32Array | undefined;
  readonly attributes: Attributes;
}

/** Which fields of a labelled product the reranker is told. */
export const LABELLED = { title: 'title', category: 'category' };

/** A labelled set's products, embedded by their pictures alone, and also with their titles where wanted. Exact search: an index's recall is not measured here. */
export class LabelledIndex {
  readonly #stages: RetrievalStages;
  readonly #indexed: readonly Indexed[];
  readonly #thumbnails = new Map<ProductId, Promise<Uint8Array>>();

  private constructor(stages: RetrievalStages, indexed: readonly Indexed[]) {
    this.#stages = stages;
    this.#indexed = indexed;
  }

  static async make(
    { products }: LabelledSet,
    stages: RetrievalStages,
    { signal, titled = false, onProduct }: { signal: AbortSignal; titled?: boolean; onProduct?: () => void },
  ): Promise<LabelledIndex> {
    const { encoder } = stages;
    const priority = 'index';
    const indexed = await atOnce(
      products,
      async (product, either): Promise<Indexed> => {
        const options = { signal: either, priority } as const;
        const { pixels } = await prepared(stages, await product.file(), either);
        const { vector, attributes } = await encoder.encode({ pixels }, options);
        const text = product.title;
        const both = titled && text !== '' ? (await encoder.encode({ pixels, text }, options)).vector : vector;
        return { product, vector, titled: titled ? both : undefined, attributes };
      },
      { signal, ...(onProduct && { onDone: onProduct }) },
    );
    return new LabelledIndex(stages, indexed);
  }

  async retrieve(query: LabelledQuery, depth: number, { signal }: { signal: AbortSignal }): Promise<Retrieved> {
    const { decoder, encoder } = this.#stages;
    const file = await query.picture?.();
    let pixels: ModelPixels | undefined;
    let picture: RerankQuery['picture'];
    if (file) {
      const { decoded, pixels: seen } = await prepared(this.#stages, file, signal);
      pixels = seen;
      const whole = once(async () => (decoded.whole ? decoded : decoder.decode(file, { signal })));
      picture = { id: decoded.id, load: async () => (await whole()).picture };
    }
    const { vector, attributes } = await encoder.encode({ text: query.text, pixels }, { signal });
    const hits = this.hits(vector, query.exclude, depth);
    return {
      about: {
        text: query.text,
        picture,
        wanted: attributes,
        seen: once(async () => (pixels ? (await encoder.encode({ pixels }, { signal })).attributes : {})),
      },
      hits,
      grades: hits.map(({ productId }) => query.relevant.get(productId) ?? 0),
      relevant: [...query.relevant].flatMap(([id, grade]) => (query.exclude.has(id) ? [] : [grade])),
    };
  }

  /** The first `depth` products but the excluded ones, embedded by their pictures alone; best first. */
  hits(vector: Float32Array, exclude: ReadonlySet<ProductId>, depth: number): Hit[] {
    return this.#ranked(vector, exclude, 'image')
      .slice(0, depth)
      .map(({ item: { product, attributes }, score }) => {
        const { id, title, category } = product;
        const image = { id, width: 1, height: 1, thumbhash: '' };
        return { productId: id, ordinal: 0, score, product: { id, fields: { title, category } }, image, attributes };
      });
  }

  /** The first `depth` products but the excluded ones with their cosines, best first. */
  best(
    vector: Float32Array,
    exclude: ReadonlySet<ProductId>,
    by: Embed,
    depth: number,
  ): { id: ProductId; score: number }[] {
    return this.#ranked(vector, exclude, by)
      .slice(0, depth)
      .map(({ item, score }) => ({ id: item.product.id, score }));
  }

  /** Ids of all products but the excluded ones, best first. */
  ranking(vector: Float32Array, exclude: ReadonlySet<ProductId>, by: Embed): ProductId[] {
    return this.#ranked(vector, exclude, by).map(({ item }) => item.product.id);
  }

  #ranked(query: Float32Array, exclude: ReadonlySet<ProductId>, by: Embed): { item: Indexed; score: number }[] {
    const of = (item: Indexed) => {
      if (by === 'image') return item.vector;
      if (!item.titled) throw new Error('The products were not embedded with their titles.');
      return item.titled;
    };
    return this.#indexed
      .filter(({ product }) => !exclude.has(product.id))
      .map((item) => ({ item, score: dot(of(item), query) }))
      .sort((a, b) => b.score - a.score);
  }

  /** A product's picture as a JPEG file of at most `width` pixels; made once. */
  thumbnail(id: ProductId, width: number, { signal }: { signal: AbortSignal }): Promise<Uint8Array> {
    const known = this.#thumbnails.get(id);
    if (known) return known;
    const made = this.#draw(id, width, signal);
    this.#thumbnails.set(id, made);
    made.catch(() => this.#thumbnails.delete(id));
    return made;
  }

  async #draw(id: ProductId, width: number, signal: AbortSignal): Promise<Uint8Array> {
    const { decoder, renderer } = this.#stages;
    const found = this.#indexed.find(({ product }) => product.id === id);
    if (!found) throw new Error(`No product ${id}.`);
    const { picture } = await decoder.decode(await found.product.file(), { signal });
    return renderer.write(picture, 'jpeg', { width });
  }
}

/** A picture file decoded as far as the encoder needs it, and what the model sees of it. */
export async function prepared({ decoder, encoder }: RetrievalStages, file: Uint8Array, signal: AbortSignal) {
  const decoded = await decoder.decode(file, { signal, needs: encoder.info.needs });
  return { decoded, pixels: await encoder.prepare(decoded.picture, { signal }) };
}

/** Of unit vectors the cosine similarity. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}
