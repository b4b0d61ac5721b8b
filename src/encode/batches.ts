import type { Row } from './onnx-session.ts';

/** A request in the queue, as far as it matters for what is run together. */
export interface Waiting {
  readonly kind: Row['kind'];
  readonly priority: 'query' | 'index';
  /** Place in the order of arrival: smaller came earlier. */
  readonly order: number;
  /** Tokens of its text. */
  readonly length: number;
  /** Runs by itself: it was in a batch that killed its worker, and must not take others with it again. */
  readonly alone: boolean;
}

export interface BatchLimits {
  readonly texts: number;
  /** Tokens that the texts of a batch may have together, padding included; a longer one runs by itself. */
  readonly cells: number;
  readonly pictures: number;
  /** Pictures (looking at them, and joining them with words) that are indexed: a search that comes meanwhile waits for the whole running batch. */
  readonly indexPictures: number;
  /** After so many batches of queries in a row, waiting index work gets one. */
  readonly patience: number;
}

/** Texts gain all there is to gain at about 8 a batch (1.3 times on one core); past that the next query waits longer. */
export const BATCH_LIMITS: BatchLimits = { texts: 8, cells: 1024, pictures: 4, indexPictures: 1, patience: 8 };

/** Padding may at most double the work of a batch. */
const MAX_PADDING = 2;

function oldest<T extends Waiting>(items: readonly T[]): T | undefined {
  return items.reduce<T | undefined>((first, item) => (first && first.order < item.order ? first : item), undefined);
}

function limitOf({ kind, priority }: Waiting, limits: BatchLimits): number {
  if (kind === 'text') return limits.texts;
  return priority === 'query' ? limits.pictures : limits.indexPictures;
}

/**
 * What runs next: never empty unless nothing waits. One batch holds one kind and one priority; the longest-waiting request of the
 * priority whose turn it is is always in it, joined by those nearest in length, so that little is padded and nobody starves.
 * `streak` counts the batches of queries run in a row while index work waited; give back what is returned.
 */
export function nextBatch<T extends Waiting>(
  waiting: readonly T[],
  streak: number,
  limits: BatchLimits = BATCH_LIMITS,
): { batch: T[]; streak: number } {
  const queries = waiting.filter(({ priority }) => priority === 'query');
  const indexing = waiting.length > queries.length;
  const indexTurn = indexing && (queries.length === 0 || streak >= limits.patience);
  const turn = indexTurn ? waiting.filter(({ priority }) => priority === 'index') : queries;
  const first = oldest(turn);
  if (!first) return { batch: [], streak: 0 };

  const batch = [first];
  if (!first.alone) {
    const distance = (item: T) => Math.abs(item.length - first.length);
    const others = turn
      .filter((item) => item !== first && item.kind === first.kind && !item.alone)
      .sort((a, b) => distance(a) - distance(b) || a.order - b.order);
    const limit = limitOf(first, limits);
    let longest = first.length;
    let total = first.length;
    for (const item of others) {
      if (batch.length >= limit) break;
      const cells = Math.max(longest, item.length) * (batch.length + 1);
      // A picture's tokens outweigh its text, so that padding is no concern there.
      if (item.kind === 'text' && (cells > MAX_PADDING * (total + item.length) || cells > limits.cells)) break;
      longest = Math.max(longest, item.length);
      total += item.length;
      batch.push(item);
    }
  }
  return { batch, streak: indexing && !indexTurn ? streak + 1 : 0 };
}
