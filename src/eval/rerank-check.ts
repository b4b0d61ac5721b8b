import { THUMBNAIL } from '../catalog/media-store.ts';
import { MargayError } from '../errors.ts';
import type { Ranking, Reranker } from '../rerank/reranker.ts';
import { type Fallback, type PassStatus, runPass } from '../search/pass.ts';
import type { LabelledSet, LabelledTask } from './labelled.ts';
import { gradedQuality, gradeTau, type Quality } from './metrics.ts';
import { Pace } from './pace.ts';
import { LABELLED, LabelledIndex, type RetrievalStages, type Retrieved } from './retrieval.ts';

/** The reranker with one vote and with two, which share their answers, so that the second only asks for its second vote. */
export type Voters = readonly [one: Reranker, two?: Reranker];

export interface CheckOptions {
  /** Queries a task. */
  readonly count: number;
  readonly timeoutMs: number;
  /** Told how far it is, about every five seconds. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a pass did to one query. */
export interface Outcome {
  readonly quality: Quality;
  /** Change of nDCG@9 against retrieval. */
  readonly change: number;
  readonly status: PassStatus;
  readonly fallback: Fallback | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly seconds: number;
}

/** One query, checked. */
export interface Checked {
  readonly task: string;
  /** With how well retrieval's order agrees with the true one, in [-1, 1]. */
  readonly retrieval: Quality & { readonly truth: number };
  readonly one: Outcome;
  /** Undefined where the reranker can't be asked twice. */
  readonly two: Outcome | undefined;
  /** Kendall's tau between the two votes, in [-1, 1]; undefined where there were not two. */
  readonly agreement: number | undefined;
  /** How well the model's own order agrees with the true one, in [-1, 1]; undefined where it gave none. */
  readonly truth: number | undefined;
}

/** What one source came to. */
export interface CheckedSet {
  readonly name: string;
  readonly checked: readonly Checked[];
  /** Queries passed over because all or none of what was retrieved answers them: no order of that is better than another. */
  readonly passedOver: number;
}

const DEPTH = 9;
/** So many passes in a row that came to nothing, and the model isn't asked any more. */
const FAILURES = 3;
const TELL_EVERY_MS = 5_000;

const QUERY = {
  image: undefined,
  imageId: undefined,
  topK: DEPTH,
  offset: 0,
  rerank: true,
  rerankDepth: DEPTH,
  mode: 'DENSE' as const,
};
/** Orders alone are asked for: that is what is judged. */
const PLAN = { hits: true, columns: [], ranking: true, rationale: false, reasons: false, caption: false } as const;

/**
 * Sends the labelled queries of a set through the rerank pass as it is served, with one vote and with two, and judges what comes out.
 * @throws MargayError INTERNAL when the model can't be asked.
 */
export async function rerankCheck(
  set: LabelledSet,
  stages: RetrievalStages,
  open: (thumbnail: LabelledIndex['thumbnail']) => Promise<Voters>,
  options: CheckOptions,
): Promise<CheckedSet> {
  const { signal, count } = options;
  const tell = occasionally(options.tell);
  const index = await LabelledIndex.make(set, stages, {
    signal,
    onProduct: new Pace(`${set.name}, embedding pictures`, set.products.length, options.tell).count,
  });
  const voters = await open((...asked) => index.thumbnail(...asked));
  const passes = new Passes(voters, options);
  const checked: Checked[] = [];
  let passedOver = 0;
  for (const task of set.tasks) {
    let taken = 0;
    for (const query of spread(task)) {
      if (taken === count) break;
      const retrieved = await index.retrieve(query, DEPTH, { signal });
      if (new Set(retrieved.grades).size < 2) {
        passedOver += 1;
        continue;
      }
      taken += 1;
      // Drawn before the clock runs: a served catalog has them.
      await Promise.all(retrieved.hits.map(({ productId }) => index.thumbnail(productId, THUMBNAIL, { signal })));
      checked.push(await passes.check(task.name, retrieved));
      tell(`${set.name}: ${checked.length} queries asked (${task.name})`);
    }
  }
  return { name: set.name, checked, passedOver };
}

/** Makes passes, and stops when the model can't be asked. */
class Passes {
  readonly #voters: Voters;
  readonly #options: CheckOptions;
  #failures = 0;
  #reason: unknown;

  constructor(voters: Voters, options: CheckOptions) {
    this.#voters = voters;
    this.#options = options;
  }

  async check(task: string, retrieved: Retrieved): Promise<Checked> {
    const [first, second] = this.#voters;
    const one = await this.#pass(first, retrieved);
    const hasFailed = one.outcome.status === 'FELL_BACK';
    // Nobody has to wait for a second vote where the first came to nothing: two would have come to the same.
    const two = second && (hasFailed ? one : await this.#pass(second, retrieved));
    return {
      task,
      retrieval: { ...judge(retrieved, retrieved.grades), truth: gradeTau(retrieved.grades) },
      one: one.outcome,
      two: two && (hasFailed ? one.outcome : together(one.outcome, two.outcome)),
      agreement: two?.ranking?.agreement,
      truth: one.ranking && tauOf(retrieved, one.ranking),
    };
  }

  async #pass(reranker: Reranker, retrieved: Retrieved): Promise<{ outcome: Outcome; ranking: Ranking | undefined }> {
    const { timeoutMs, signal } = this.#options;
    const { about, hits, grades } = retrieved;
    let ranking: Ranking | undefined;
    const listening: Reranker = {
      model: reranker.model,
      looksAt: reranker.looksAt,
      estimate: (asked) => reranker.estimate(asked),
      caption: (...asked) => reranker.caption(...asked),
      captionKept: (...asked) => reranker.captionKept(...asked),
      rank: async (...asked) => {
        ranking = await reranker.rank(...asked);
        return ranking;
      },
    };
    let reason: unknown;
    const settings = {
      definition: LABELLED,
      reranker: listening,
      rerankTimeoutMs: timeoutMs,
      report: (error: unknown) => {
        reason = error;
      },
    };
    const inputs = { hits: async () => hits, rerankQuery: async () => about, isCosine: true };
    const started = performance.now();
    const { report, order } = await runPass({ ...QUERY, text: about.text }, PLAN, inputs, settings, { signal });
    const seconds = (performance.now() - started) / 1000;
    this.#watch(report.fallback, reason);
    const quality = judge(
      retrieved,
      order.map((place) => grades[place]!),
    );
    const { promptTokens, completionTokens } = report.usage;
    const { status, fallback } = report;
    const change = quality.ndcg - judge(retrieved, grades).ndcg;
    return {
      outcome: { quality, change, status, fallback, promptTokens, completionTokens, seconds },
      ranking: ranking?.verdict === 'UNUSABLE' ? undefined : ranking,
    };
  }

  #watch(fallback: Fallback | null, reason: unknown): void {
    if (fallback === null || fallback === 'UNUSABLE_ANSWER') {
      this.#failures = 0;
      return;
    }
    this.#failures += 1;
    // The first says what is wrong; later ones may only say that it is still so.
    if (this.#failures === 1) this.#reason = reason;
    if (this.#failures < FAILURES) return;
    const { timeoutMs } = this.#options;
    const { message, remedy } =
      this.#reason instanceof MargayError
        ? this.#reason
        : fallback === 'TIMEOUT'
          ? { message: `The rerank model takes longer than ${timeoutMs} ms.`, remedy: 'Raise RERANK_TIMEOUT_MS.' }
          : { message: 'The rerank model is busy.', remedy: 'Try again when it has nothing else to do.' };
    throw new MargayError('INTERNAL', `${FAILURES} passes in a row came to nothing. ${message}`, {
      ...(remedy !== undefined && { remedy }),
    });
  }
}

const judge = ({ relevant }: Retrieved, grades: readonly number[]) => gradedQuality(grades, relevant);

function tauOf({ hits, grades }: Retrieved, { order }: Ranking): number {
  const graded = new Map(hits.map(({ productId }, place) => [productId, grades[place]!]));
  return gradeTau(order.map((id) => graded.get(id) ?? 0));
}

/** What came of two votes, and what both took. */
function together(one: Outcome, two: Outcome): Outcome {
  const sum = (a: number | null, b: number | null) => (a === null && b === null ? null : (a ?? 0) + (b ?? 0));
  return {
    ...two,
    promptTokens: sum(one.promptTokens, two.promptTokens),
    completionTokens: sum(one.completionTokens, two.completionTokens),
    seconds: one.seconds + two.seconds,
  };
}

/** The queries of a task, so that the first of them come from all over it: neighbors in a file are often about the same product. */
function spread({ queries }: LabelledTask): (typeof queries)[number][] {
  let step = Math.max(1, Math.round(queries.length * 0.618));
  while (queries.length > 1 && greatestDivisor(step, queries.length) > 1) step += 1;
  return queries.map((_query, turn) => queries[(turn * step) % queries.length]!);
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

function occasionally(tell: (line: string) => void): (line: string) => void {
  let told = performance.now();
  return (line) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    tell(line);
  };
}
