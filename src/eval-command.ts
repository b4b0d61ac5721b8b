import { resolve } from 'node:path';
import { createApp } from './app.ts';
import { type CommandTools, countOf, parseArguments } from './command-line.ts';
import type { Config } from './config.ts';
import { MargayError } from './errors.ts';
import { graphsOnDisk } from './opened-encoder.ts';

/** Lines of the usage. */
export const EVAL_USAGE = `  npm run eval -- [--count 300]             the floors of the demo's model, and retrieval quality on held-out queries, as tables
  npm run eval -- FOLDER [--count N]        the same on labelled photos (photos.jsonl, tasks.jsonl, baselines.json), and the picture's best weight;
                                            N queries a task, or all
  npm run eval -- [FOLDER] --calibrate [--count N]
                                            thresholds of relevance, and of the demo's attribute heads, for the encoder's model.json, of queries
                                            that eval does not report`;

export async function evalCommand(config: Config, argv: readonly string[], tools: CommandTools): Promise<void> {
  const { signal, say, print } = tools;
  const { values, positionals } = parseArguments(
    argv,
    { count: { type: 'string' }, calibrate: { type: 'boolean' } },
    EVAL_USAGE,
  );
  const count = values.count === undefined ? undefined : countOf(values.count, 'npm run eval -- --count 300');
  const [given, ...extra] = positionals;
  if (extra.length > 0)
    throw new MargayError('BAD_INPUT', 'eval takes one folder at most.', { remedy: `\n${EVAL_USAGE}` });
  if (values.calibrate) return calibrate(config, given, count, tools);
  if (given !== undefined) return evalPhotos(config, given, count, tools);
  const app = await createApp({ ...config, RERANK: 'on' }, signal);
  try {
    const { demoEvaluation } = await import('./eval/demo-eval.ts');
    print(await demoEvaluation(app, { count: count ?? 300, graphs: await graphsOnDisk(config), signal, tell: say }));
  } finally {
    await app.close();
  }
}

async function calibrate(
  config: Config,
  given: string | undefined,
  count: number | undefined,
  { signal, from, say, print }: CommandTools,
): Promise<void> {
  const { demoSet } = await import('./eval/labelled.ts');
  const { photoSet } = await import('./eval/photo-queries.ts');
  const { calibration } = await import('./eval/calibration.ts');
  const photos = given === undefined ? undefined : await photoSet(resolve(from, given), 'train');
  if (photos === null) throw noTasks(given);
  const app = await createApp({ ...config, RERANK: 'off' }, signal);
  try {
    const set = photos ?? demoSet(app.renderer, count ?? 300, 'calibration');
    print(JSON.stringify(await calibration(set, app, { signal, tell: say }), null, 2));
  } finally {
    await app.close();
  }
}

async function evalPhotos(
  config: Config,
  given: string,
  count: number | undefined,
  { signal, from, say, print }: CommandTools,
): Promise<void> {
  const { photoSet } = await import('./eval/photo-queries.ts');
  const { floorsOf } = await import('./eval/floors.ts');
  const { photoEvaluation } = await import('./eval/photo-eval.ts');
  const folder = resolve(from, given);
  const [train, held] = [await photoSet(folder, 'train'), await photoSet(folder, 'eval')];
  if (!train || !held) throw noTasks(given);
  const floors = await floorsOf(folder);
  const app = await createApp({ ...config, RERANK: 'off' }, signal);
  try {
    const sets = { train, eval: held };
    print(await photoEvaluation(sets, app, { floors, count, signal, tell: say }));
  } finally {
    await app.close();
  }
}

const noTasks = (folder: string | undefined) =>
  new MargayError('BAD_INPUT', `${folder} has no tasks.jsonl.`, {
    remedy: 'Name a folder with photos.jsonl and tasks.jsonl.',
  });
