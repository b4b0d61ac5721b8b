import { createHash } from 'node:crypto';
import type { ModelPixels } from './encoder.ts';
import type { RowResult } from './onnx-session.ts';

/** Words as tokens in their frame (the frame alone for none), a picture as pixels, or both. */
export interface ModeInput {
  readonly ids: readonly number[];
  /** Whether there are words in the frame. */
  readonly worded: boolean;
  readonly pixels?: ModelPixels | undefined;
}

export interface ModeOptions {
  readonly priority: 'query' | 'index';
  readonly signal: AbortSignal;
}

/** How a kind of model makes one vector of words and a picture. What it keeps of earlier ones is its own. */
export interface Mode {
  /** The vector has length one. */
  embed(input: ModeInput, options: ModeOptions): Promise<Omit<RowResult, 'tokens'>>;
  /** Forgets what it keeps. */
  clear(): void;
}

/** Bytes that are kept of pictures seen, and of texts read. */
export interface CacheBytes {
  readonly tokens: number;
  readonly texts: number;
}

export const keyOfText = (ids: readonly number[]): string => ids.join(' ');
export const keyOfPicture = ({ rgb }: ModelPixels): string => createHash('sha256').update(rgb).digest('base64');

const ROW_BYTES = 512;
export const bytesOf = ({ vector, tokens }: RowResult): number =>
  vector.byteLength + (tokens?.byteLength ?? 0) + ROW_BYTES;
