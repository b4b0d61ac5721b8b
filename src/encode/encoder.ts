import type { Picture, PictureNeeds } from '../image/decoder.ts';

/** Unit-norm, `dimensions` floats, finite. */
export type Embedding = Float32Array;

/**
 * The pixels that the model sees, before mean and deviation: row by row, RGB. The same picture always gives the same pixels, so they can be kept in its
 * place.
 */
export interface ModelPixels {
  /** Pixels a row. */
  readonly size: number;
  /** Rows; as many as `size` where that is not told. Only a model on a server, which crops for itself, gets pictures that are no square. */
  readonly height?: number | undefined;
  readonly rgb: Uint8Array;
}

/** What the model believes of a picture or a query: the best label of each attribute with its softmax probability. */
export interface Attribute {
  readonly value: string;
  /** In [0, 1]. */
  readonly probability: number;
  /** Whether the probability clears the threshold at which the label is right nine times in ten. */
  readonly confident: boolean;
}
export type Attributes = Readonly<Record<string, Attribute>>;

/** At least one of the two; both together give ONE joint embedding. */
export interface EncoderInput {
  readonly text?: string | undefined;
  readonly pixels?: ModelPixels | undefined;
}

export interface Encoded {
  readonly vector: Embedding;
  /** Empty for models without attribute heads. */
  readonly attributes: Attributes;
  /** Whether the text was longer than the model reads, so that its end was cut off. */
  readonly truncated: boolean;
}

/** What of a product is embedded: each picture alone, or with the title. */
export type Embed = 'image' | 'image+title';

/** Cosines in (-1, 1) from which on a product found by words, by a picture, or by both is likely right; a kind that is not there was not calibrated. */
export type Thresholds = Readonly<Partial<Record<'text' | 'picture' | 'joint', number>>>;

export interface EncoderInfo {
  readonly name: string;
  readonly dimensions: number;
  /** Covers graph bytes, tokenizer, preprocessing and pooling; what is embedded of a product is added by the catalog. */
  readonly fingerprint: string;
  readonly joint: 'NATIVE' | 'FUSED';
  /** Share of the picture in a query of both, in [0, 1], where `joint` is FUSED. Not part of the fingerprint: stored vectors are half and half. */
  readonly pictureWeight?: number | undefined;
  /** Calibrated on held-out queries, for each way to embed products. Not part of the fingerprint: no vector depends on it. */
  readonly relevance?: Readonly<Partial<Record<Embed, Thresholds>>> | undefined;
  /** What `prepare` needs a picture to be decoded to; undefined where the working size will do. */
  readonly needs?: PictureNeeds | undefined;
  /** Names of its attribute heads; most models have none. */
  readonly attributes: readonly string[];
  /** A demo model warns when it meets somebody's own photos, and alone is held against the floors of the evaluation. */
  readonly demo: boolean;
  /** How a demo model fares on such photos, as its model.json says. */
  readonly caution?: string | undefined;
  readonly license: string;
}

/**
 * Words, a picture or both -> one embedding.
 * @throws MargayError ENCODER_UNAVAILABLE when the model died and did not come back, DEADLINE_EXCEEDED, OVERLOADED when the queue is full.
 */
export interface Encoder {
  readonly info: EncoderInfo;
  prepare(picture: Picture, options: { signal: AbortSignal }): Promise<ModelPixels>;
  /**
   * Queries go before indexing in the queue. An aborted request leaves the queue at once. Where `joint` is FUSED, words and picture are weighted by
   * `pictureWeight` in a query and half and half in what is indexed.
   */
  encode(input: EncoderInput, options: { signal: AbortSignal; priority?: 'query' | 'index' }): Promise<Encoded>;
  close(): Promise<void>;
}
