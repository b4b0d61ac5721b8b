import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MargayError } from '../errors.ts';
import { without } from './forbidden-text.ts';
import type { LabelledQuery, LabelledSet, LabelledTask } from './labelled.ts';

const Photo = z.object({
  id: z.string(),
  product_id: z.string().optional(),
  file: z.string(),
  label: z.string(),
  category_path: z.array(z.string()),
  title: z.string(),
  description: z.string().nullish(),
  attributes: z.object({ color: z.string().optional() }),
  role: z.enum(['catalogue', 'query']),
});

const Task = z.object({
  task: z.string(),
  source: z.string(),
  split: z.string().nullable(),
  query_image: z.string().nullable(),
  query_text: z.string().nullable(),
  relevant: z.record(z.string(), z.number().int().min(1)),
  exclude: z.array(z.string()).default([]),
  reference_view: z.string().optional(),
  // Among other products than all another figure is meant.
  gallery: z.literal('all').optional(),
  // What another text would forbid is not known here, and its answers would leak.
  index_must_not_contain: z.enum(['description', 'color in title or attributes']).optional(),
});

/** A query of photos. */
export interface PhotoQuery extends LabelledQuery {
  /** How the photo that is asked with was taken, where a composed query says so. */
  readonly view: string | undefined;
}

export interface PhotoTask extends LabelledTask {
  /** As tasks.jsonl names them. */
  readonly task: string;
  readonly source: string;
  readonly queries: readonly PhotoQuery[];
}

export interface PhotoSet extends LabelledSet {
  readonly tasks: readonly PhotoTask[];
}

/** `train` to choose by, `eval` to report. */
export type Split = 'train' | 'eval';

/**
 * Photos with the labelled queries of one split: a folder with photos.jsonl and tasks.jsonl as its README.md describes them. Of a product's texts the title
 * alone is taken, without its description and its color, because queries ask for them (index_must_not_contain).
 * @returns null where the folder has no tasks.jsonl. @throws MargayError BAD_INPUT where it can't be read.
 */
export async function photoSet(folder: string, split: Split): Promise<PhotoSet | null> {
  if (!(await stat(join(folder, 'tasks.jsonl')).catch(() => null))) return null;
  const photos = await lines(folder, 'photos.jsonl', Photo);
  const files = new Map(photos.map(({ id, file }) => [id, () => readFile(join(folder, file))]));
  const productOf = new Map(photos.map(({ id, product_id: product = id }) => [id, product]));
  const catalog = new Set(photos.flatMap(({ id, role }) => (role === 'catalogue' ? [id] : [])));
  const tasks = new Map<string, { task: string; source: string; queries: PhotoQuery[] }>();
  for (const given of await lines(folder, 'tasks.jsonl', Task)) {
    if (given.split !== split) continue;
    const { task, source, query_image: image } = given;
    if (image !== null && !files.has(image))
      throw new MargayError('BAD_INPUT', `tasks.jsonl asks with a photo "${image}", which photos.jsonl does not have.`);
    const lost = Object.keys(given.relevant).find((id) => !catalog.has(id));
    if (lost !== undefined)
      throw new MargayError('BAD_INPUT', `tasks.jsonl looks for a photo "${lost}", which is not in the catalog.`);
    const known = tasks.get(`${task}, ${source}`) ?? { task, source, queries: [] };
    tasks.set(`${task}, ${source}`, known);
    const concerned = [...(image === null ? [] : [image]), ...Object.keys(given.relevant), ...given.exclude];
    known.queries.push({
      text: given.query_text ?? undefined,
      picture: image === null ? undefined : files.get(image),
      relevant: new Map(Object.entries(given.relevant)),
      exclude: new Set(given.exclude),
      view: given.reference_view,
      about: new Set(concerned.map((id) => productOf.get(id) ?? id)),
    });
  }
  return {
    name: `Photos, ${split} split`,
    products: photos
      .filter(({ role }) => role === 'catalogue')
      .map(({ id, title, description, label, category_path: path, attributes: { color } }) => ({
        id,
        // Kept out for all tasks, as all share one index.
        title: without(title, [description ?? '', color ?? '']),
        // What a label names is the product itself.
        category: path.findLast((part) => part !== label || path.length < 4) ?? '',
        file: files.get(id)!,
      })),
    tasks: [...tasks].map(([name, task]) => ({ name, ...task })),
  };
}

async function lines<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<T[]> {
  const text = await readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
    throw new MargayError('BAD_INPUT', `${name} can't be read.`, { cause });
  });
  return text
    .split('\n')
    .map((line, at) => ({ line, at }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, at }) => {
      try {
        return schema.parse(JSON.parse(line));
      } catch {
        throw new MargayError(
          'BAD_INPUT',
          `Line ${at + 1} of ${name} is not of the form that its README.md describes.`,
        );
      }
    });
}
