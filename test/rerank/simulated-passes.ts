import { gradedQuality, gradeTau, mean } from '../../src/eval/metrics.ts';
import type { Renderer } from '../../src/image/renderer.ts';
import { Meter } from '../../src/rerank/meter.ts';
import type { Candidate, Verdict } from '../../src/rerank/reranker.ts';
import { type ModelServer, VisionReranker } from '../../src/rerank/vision-reranker.ts';
import type { RetrievedList } from './retrieved-grades.ts';
import { titleOf } from './simulated-model.ts';

/** Draws nothing: a simulated model does not look. */
const BLANK: Pick<Renderer, 'render' | 'compose'> = {
  render: async (_svg, { width, height }) => ({ width, height, rgb: new Uint8Array(width * height * 3) }),
  compose: async () => Buffer.alloc(0),
};

export interface SimulatedPass {
  readonly verdict: Verdict;
  /** Between the two votes, in [-1, 1]; undefined with one. */
  readonly agreement: number | undefined;
  /** The model's own order, in places of retrieval. */
  readonly order: readonly number[];
  /** nDCG@9 of the model's own order less that of retrieval. */
  readonly gain: number;
  /** nDCG@9 of retrieval. */
  readonly before: number;
  /** How well the model's own order agrees with the grades, in [-1, 1]. */
  readonly truth: number;
  readonly first: number;
}

/** Sends lists through the real reranker, with a model that is simulated. Nothing is rejected before `agreement`, -1 unless told. */
export async function simulatedPasses(
  lists: readonly RetrievedList[],
  server: ModelServer,
  { votes, agreement = -1 }: { votes: 1 | 2; agreement?: number | undefined },
): Promise<SimulatedPass[]> {
  const reranker = new VisionReranker({
    server,
    renderer: BLANK as Renderer,
    thumbnail: async () => new Uint8Array(),
    votes,
    agreement,
  });
  const passes: SimulatedPass[] = [];
  for (const [query, { grades, relevant }] of lists.entries()) {
    const about = { text: `query ${query}`, picture: undefined, wanted: {}, seen: async () => ({}) };
    const { order, ...ranking } = await reranker.rank(
      about,
      grades.map((grade, place) => candidate(query, place, grade)),
      { caption: false, rationale: false, reasons: false },
      { signal: new AbortController().signal, meter: new Meter() },
    );
    const places = order.map((id) => Number(id));
    // Relevant is what answers the query, as in `npm run eval`; what meets half of it only guides the model.
    const judge = (ranked: readonly number[]) =>
      gradedQuality(
        ranked.map((place) => Number(grades[place] === 3)),
        Array.from({ length: relevant }, () => 1),
      );
    const before = judge(grades.map((_grade, place) => place));
    const after = judge(places);
    passes.push({
      verdict: ranking.verdict,
      agreement: ranking.agreement,
      order: places,
      before: before.ndcg,
      gain: after.ndcg - before.ndcg,
      first: after.first,
      truth: gradeTau(places.map((place) => grades[place]!)),
    });
  }
  return passes;
}

export interface Effect {
  readonly helped: number;
  readonly harmed: number;
  readonly believed: number;
  /** Mean change of nDCG@9. */
  readonly gain: number;
}

/** What clients get of passes made with two votes if votes that agree less than `threshold` are rejected; without one all are believed. Shares in [0, 1]. */
export function effect(passes: readonly SimulatedPass[], threshold = -1): Effect {
  const believed = ({ agreement = 1 }: SimulatedPass) => agreement >= threshold;
  const gains = passes.map((pass) => (believed(pass) ? pass.gain : 0));
  return {
    helped: mean(gains.map((gain) => Number(gain > 1e-9))),
    harmed: mean(gains.map((gain) => Number(gain < -1e-9))),
    believed: mean(passes.map((pass) => Number(believed(pass)))),
    gain: mean(gains),
  };
}

const candidate = (query: number, place: number, grade: number): Candidate => ({
  id: String(place),
  score: 1 - place / 10,
  image: { id: `${query}-${place}`, width: 1, height: 1, thumbhash: '' },
  attributes: {},
  title: titleOf(query, place, grade),
  category: undefined,
});
