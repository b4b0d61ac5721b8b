import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MargayError } from '../errors.ts';
import type { LabelledQuery, LabelledSet } from './labelled.ts';

const Photo = z.object({
  id: z.string(),
  file: z.string(),
  label: z.string(),
  category_path: z.array(z.string()),
  title: z.string(),
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
});

/**
 * Photos with labelled queries, of which those of the split `train` are taken: a folder with photos.jsonl and tasks.jsonl as its README.md describes them.
 * Colors are cut off the titles, because queries ask for them.
 * @returns null where the folder has no tasks.jsonl. @throws MargayError BAD_INPUT where it can't be read.
 */
export async function photoSet(folder: string): Promise<LabelledSet | null> {
  if (!(await stat(join(folder, 'tasks.jsonl')).catch(() => null))) return null;
  const photos = await lines(folder, 'photos.jsonl', Photo);
  const files = new Map(photos.map(({ id, file }) => [id, () => readFile(join(folder, file))]));
  const tasks = new Map<string, LabelledQuery[]>();
  for (const given of await lines(folder, 'tasks.jsonl', Task)) {
    if (given.split !== 'train') continue;
    const name = `${given.task}, ${given.source}`;
    tasks.set(name, [
      ...(tasks.get(name) ?? []),
      {
        text: given.query_text ?? undefined,
        picture: given.query_image === null ? undefined : files.get(given.query_image),
        relevant: new Map(Object.entries(given.relevant)),
        exclude: new Set(given.exclude),
      },
    ]);
  }
  return {
    name: 'Photos, train split',
    products: photos
      .filter(({ role }) => role === 'catalogue')
      .map(({ id, title, label, category_path: path, attributes: { color } }) => ({
        id,
        title: withoutColor(title, color),
        // What a label names is the product itself.
        category: path.findLast((part) => part !== label || path.length < 4) ?? '',
        file: files.get(id)!,
      })),
    tasks: [...tasks].map(([name, queries]) => ({ name, queries })),
  };
}

const withoutColor = (title: string, color: string | undefined) =>
  color !== undefined && title.endsWith(` - ${color}`) ? title.slice(0, -` - ${color}`.length) : title;

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
