import { type Client, prepare } from './client.ts';
import { atOnce } from './load.ts';
import type { Asking } from './queries.ts';

const QUERY = `query ($text: String, $image: Upload) {
  search(text: $text, image: $image, topK: 9) {
    hits { rank product { id } }
    reranked { position rank reason product { id } }
    rationale
    rerank { status fallback repairs calls milliseconds }
  }
}`;
const HITS = 9;
const AT_ONCE = 8;

/** One search with its rerank pass, as its client saw it. */
export interface Passed {
  /** Of the fault; null where the model was to answer well. */
  readonly kind: string | null;
  /** Null where the search itself failed. */
  readonly report: { status: string; fallback: string | null; repairs: string[]; calls: number } | null;
  /** Whether `reranked` has every hit once. */
  readonly isWhole: boolean;
  readonly ms: number;
}

/** Asks all, eight at once. @param kinds beside `asking`. */
export async function passAll(
  client: Client,
  asking: readonly Asking[],
  kinds: readonly (string | null)[],
): Promise<Passed[]> {
  const passed: Passed[] = [];
  await atOnce(AT_ONCE, asking, async (one, at) => {
    passed[at] = await pass(client, kinds[at]!, one);
  });
  return passed;
}

async function pass(client: Client, kind: string | null, asking: Asking): Promise<Passed> {
  const began = performance.now();
  try {
    const { ms, data } = await client.post(prepare(QUERY, asking));
    const { hits, reranked, rerank } = data.search;
    const ids = (list: { product: { id: string } }[]) => list.map(({ product }) => product.id);
    const isWhole =
      hits.length === HITS &&
      ids(reranked).sort().join() === ids(hits).sort().join() &&
      new Set(ids(reranked)).size === HITS;
    return { kind, report: rerank, isWhole, ms };
  } catch (error) {
    console.error(kind, error);
    return { kind, report: null, isWhole: false, ms: performance.now() - began };
  }
}

/** What the client was told. */
export function outcome({ report }: Passed): string {
  if (!report) return 'the search failed';
  return [report.status, report.fallback, ...report.repairs].filter(Boolean).join(' ');
}

/** What clients were told, each once, with how often where it is not always the same. */
export const told = (those: readonly Passed[]) => counts(those.map(outcome));
/** How many calls, and how often so many. */
export const callsOf = (those: readonly Passed[]) =>
  counts(
    those.map(({ report }) => `${report?.calls ?? '-'}`),
    ': ',
  );

function counts(values: readonly string[], between?: string): string {
  const groups = [...Map.groupBy(values, (value) => value)].sort(([a], [b]) => a.localeCompare(b));
  if (between) return groups.map(([value, same]) => `${value}${between}${same.length}`).join(', ');
  return groups.length === 1 ? groups[0]![0] : groups.map(([value, same]) => `${same.length} x ${value}`).join('; ');
}
