import type { MediaStore, QueryPicture } from '../catalog/media-store.ts';
import type { Attributes, Encoded, Encoder, ModelPixels } from '../encode/encoder.ts';
import { MargayError } from '../errors.ts';
import type { Decoder, Picture } from '../image/decoder.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { once } from '../policy/once.ts';
import type { Reranker, RerankQuery } from '../rerank/reranker.ts';
import type { Hit, VectorStore } from '../retrieve/vector-store.ts';
import { type Pass, runPass } from './pass.ts';
import type { Plan, Query } from './query.ts';

export interface Stages {
  readonly decoder: Decoder;
  readonly encoder: Encoder;
  /** Throws CATALOG_MISMATCH where the stored vectors are another model's. */
  readonly store: () => VectorStore;
  readonly media: MediaStore;
  /** Null when the pass is switched off. */
  readonly reranker: Reranker | null;
  readonly timeoutMs: number;
  readonly rerankTimeoutMs: number;
}

/** A search under way. Each part is computed when first asked for, and once, however many fields ask. */
export interface Search {
  readonly query: Query;
  hits(): Promise<readonly Hit[]>;
  /** What the rerank pass did; started by whoever asks first, once. */
  pass(): Promise<Pass>;
  /** The query picture, kept for an hour; null without one. */
  image(): Promise<QueryPicture | null>;
}

/** What a search knows of its picture; the bytes are read and decoded once. */
interface Seen {
  readonly id: string;
  readonly pixels: ModelPixels;
  load(): Promise<Picture>;
  keep(): Promise<QueryPicture>;
}

/**
 * The product, as one readable function: picture -> embedding -> hits, and on demand the reranked order.
 * Rejects with what the client did wrong before anything is spent.
 */
export async function search(query: Query, plan: Plan, stages: Stages, caller: AbortSignal): Promise<Search> {
  const { encoder, timeoutMs } = stages;
  const store = stages.store();
  const seen = await within(caller, timeoutMs, 'Reading the picture', (signal) => see(query, stages, signal));

  const encode = (input: { text?: string | undefined; pixels?: ModelPixels | undefined }) =>
    within(caller, timeoutMs, 'Embedding the query', (signal) => encoder.encode(input, { signal, priority: 'query' }));
  const encoded = once<Encoded>(() => encode({ text: query.text, pixels: seen?.pixels }));
  const hits = once<readonly Hit[]>(async () => {
    const { vector } = await encoded();
    const [found] = await within(caller, timeoutMs, 'The search', (signal) =>
      store.search([vector], { topK: query.topK, offset: query.offset, columns: plan.columns, signal }),
    );
    return found ?? [];
  });
  const alone = once<Attributes>(async () => {
    if (!seen) return {};
    return query.text ? (await encode({ pixels: seen.pixels })).attributes : (await encoded()).attributes;
  });
  const rerankQuery = once<RerankQuery>(async () => ({
    text: query.text,
    picture: seen && { id: seen.id, load: seen.load },
    wanted: (await encoded()).attributes,
    seen: alone,
  }));

  return {
    query,
    hits,
    pass: once(() => runPass(query, plan, { hits, rerankQuery }, stages, caller)),
    image: once(async () => (seen ? seen.keep() : null)),
  };
}

async function see(query: Query, stages: Stages, signal: AbortSignal): Promise<Seen | undefined> {
  const { decoder, encoder, media } = stages;
  const { fingerprint } = encoder.info;
  if (query.imageId !== undefined) {
    const kept = await media.query(query.imageId, fingerprint);
    if (!kept)
      throw new MargayError('NOT_FOUND', 'No picture is kept under this imageId; pictures are kept for an hour.', {
        argument: 'imageId',
        remedy: 'Send the picture again with uploadImage.',
      });
    const load = () => media.picture(kept.image.id);
    const pixels = kept.pixels ?? (await encoder.prepare(await load(), { signal }));
    return { id: kept.image.id, pixels, load, keep: async () => kept };
  }
  if (!query.image) return undefined;
  const decoded = await decoder.decode(await query.image(), { signal });
  const pixels = await encoder.prepare(decoded.picture, { signal });
  return {
    id: decoded.id,
    pixels,
    load: async () => decoded.picture,
    keep: () => media.putQuery(decoded, pixels, fingerprint),
  };
}

async function within<T>(
  caller: AbortSignal,
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
) {
  using signal = withDeadline(caller, milliseconds, what);
  return await abortable(work(signal), signal);
}
