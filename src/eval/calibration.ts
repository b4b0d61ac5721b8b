import type { EncoderInfo } from '../encode/encoder.ts';
import { ask } from './asked.ts';
import type { LabelledSet } from './labelled.ts';
import { Pace } from './pace.ts';
import { calibrateAll } from './relevance.ts';
import { LabelledIndex, type RetrievalStages } from './retrieval.ts';

/** The thresholds that labelled queries give this encoder: `relevance` of model.json. */
export async function calibration(
  set: LabelledSet,
  stages: RetrievalStages,
  { signal, tell }: { signal: AbortSignal; tell(text: string): void },
): Promise<NonNullable<EncoderInfo['relevance']>> {
  const { products, tasks } = set;
  const onProduct = new Pace('Embedding products', products.length, tell).count;
  const index = await LabelledIndex.make(set, stages, { signal, titled: true, onProduct });
  const count = tasks.reduce((sum, { queries }) => sum + queries.length, 0);
  const bar = new Pace('Embedding queries', count, tell);
  const asked: { name: string; asked: Awaited<ReturnType<typeof ask>> }[] = [];
  for (const { name, queries } of tasks)
    asked.push({ name, asked: await ask(queries, stages, { signal, onDone: bar.count }) });
  return calibrateAll(asked, index);
}
