import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApp, openVoters } from './app.ts';
import { type CommandTools, countOf, parseArguments } from './command-line.ts';
import type { Config } from './config.ts';
import { MargayError } from './errors.ts';

/** Lines of the usage. */
export const RERANK_USAGE = `  npm run rerank -- check [--count 25] [--photos FOLDER]
                                            what the configured rerank model does to labelled queries, and whether to serve it`;

/** Labelled photos, where a checkout has them beside it. */
const PHOTOS = fileURLToPath(new URL('../../shared/data', import.meta.url));

export async function rerankCommand(
  config: Config,
  argv: readonly string[],
  { signal, from, say, print }: CommandTools,
): Promise<void> {
  const { values, positionals } = parseArguments(
    argv,
    { count: { type: 'string', default: '25' }, photos: { type: 'string' } },
    RERANK_USAGE,
  );
  if (positionals.join(' ') !== 'check')
    throw new MargayError('BAD_INPUT', 'rerank takes one word: check.', { remedy: `\n${RERANK_USAGE}` });
  const count = countOf(values.count, 'npm run rerank -- check --count 25');
  const { demoSet } = await import('./eval/labelled.ts');
  const { photoSet } = await import('./eval/photo-queries.ts');
  const { rerankCheck } = await import('./eval/rerank-check.ts');
  const { LEGEND, rerankReport } = await import('./eval/rerank-report.ts');
  const folder = values.photos === undefined ? PHOTOS : resolve(from, values.photos);
  const photos = await photoSet(folder, 'train');
  if (!photos && values.photos !== undefined)
    throw new MargayError('BAD_INPUT', `--photos: ${values.photos} has no tasks.jsonl.`);
  const app = await createApp({ ...config, RERANK: 'off' }, signal);
  try {
    const part = (text: string) => print(`${text}\n`);
    const model = config.RERANK_URL === undefined ? 'the built-in pocket reranker' : `"${config.RERANK_MODEL}"`;
    part(`# What ${model} does to labelled queries, retrieved by ${app.encoder.info.name}`);
    part(LEGEND);
    // Of some tasks most queries have to be passed over.
    for (const set of [demoSet(app.renderer, 5 * count), photos]) {
      if (!set) {
        part('No photos: there is no ../shared/data beside the repository; --photos FOLDER names another folder.');
        continue;
      }
      const checked = await rerankCheck(
        set,
        app,
        async (thumbnail) => {
          const media = {
            sized: (id: string, width: number, _format: string, options: { signal: AbortSignal }) =>
              thumbnail(id, width, options),
          };
          const [one, two] = await openVoters(config, app.renderer, media, [1, 2]);
          return [one!, two];
        },
        { count, timeoutMs: config.RERANK_TIMEOUT_MS, signal, tell: say },
      );
      part(rerankReport(checked));
    }
  } finally {
    await app.close();
  }
}
