import type { EncoderInfo } from '../encode/encoder.ts';
import { ask } from './asked.ts';
import { attributeThresholds } from './attribute-thresholds.ts';
import type { LabelledSet } from './labelled.ts';
import { Pace } from './pace.ts';
import { calibrateAll } from './relevance.ts';
import { LabelledIndex, type RetrievalStages } from './retrieval.ts';

/** What goes into an encoder's model.json. */
export interface Calibration {
  readonly relevance: NonNullable<EncoderInfo['relevance']>;
  /** Of the demo's heads; undefined where the encoder has none, or the queries are no drawings. */
  readonly attributes?: ReturnType<typeof attributeThresholds>;
}

/** The thresholds that labelled queries give this encoder. */
export async function calibration(
  set: LabelledSet,
  stages: RetrievalStages,
  { signal, tell }: { signal: AbortSignal; tell(text: string): void },
): Promise<Calibration> {
  const { products, tasks } = set;
  const onProduct = new Pace('Embedding products', products.length, tell).count;
  const index = await LabelledIndex.make(set, stages, { signal, titled: true, onProduct });
  const count = tasks.reduce((sum, { queries }) => sum + queries.length, 0);
  const bar = new Pace('Embedding queries', count, tell);
  const asked: { name: string; asked: Awaited<ReturnType<typeof ask>> }[] = [];
  for (const { name, queries } of tasks)
    asked.push({ name, asked: await ask(queries, stages, { signal, onDone: bar.count }) });
  const labelled = asked.flatMap((task) => task.asked).filter(({ query }) => query.asks);
  return {
    relevance: calibrateAll(asked, index),
    ...(stages.encoder.info.attributes.length > 0 &&
      labelled.length > 0 && { attributes: attributeThresholds(labelled) }),
  };
}
