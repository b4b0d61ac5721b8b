import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { CatalogDefinition } from '../catalog/definition.ts';
import { faultOfId, type ProductId } from '../catalog/product.ts';
import { toFields } from '../catalog/product-fields.ts';
import { MargayError } from '../errors.ts';
import { countLines, type JsonLine, jsonLines } from './json-lines.ts';
import { readPictureFile } from './picture-file.ts';
import { isFault, type Source, type SourceFault, type SourceProduct } from './source.ts';

/** What every line has; the catalog's own fields stand beside it, and others are ignored. */
const Line = z.looseObject({
  id: z
    .union([z.string().trim(), z.number().transform(String)])
    .refine((value) => faultOfId(value) === undefined, { error: ({ input }) => faultOfId(String(input)) ?? '' }),
});
const Pictures = z
  .array(z.string('is no text').min(1, 'is empty'), 'names no picture')
  .min(1, 'names no picture')
  .max(50, 'names more than 50 pictures');

/** A JSON Lines file, one product a line, its pictures as paths relative to the file. */
export async function jsonlSource(file: string, definition: CatalogDefinition): Promise<Source> {
  return {
    total: await countLines(file),
    async *items() {
      const lines = new Map<ProductId, number>();
      for await (const line of jsonLines(file)) {
        const { number } = line;
        const item = read(line, dirname(file), definition);
        const before = isFault(item) ? undefined : lines.get(item.id);
        if (before !== undefined) {
          yield { name: `line ${number}`, reason: `Its id is that of line ${before} too.` };
          continue;
        }
        if (!isFault(item)) lines.set(item.id, number);
        yield item;
      }
    },
  };
}

function read(
  { number, ...line }: JsonLine,
  folder: string,
  definition: CatalogDefinition,
): SourceProduct | SourceFault {
  const name = `line ${number}`;
  if ('fault' in line) return { name, reason: line.fault };
  const { value } = line;
  const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  if (!given) return { name, reason: 'line: It is no object in braces.' };
  const parsed = Line.safeParse(given);
  const images = Pictures.safeParse(Reflect.get(given, definition.images));
  const faults = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...(images.error?.issues ?? []).map(({ path, message }) => `${[definition.images, ...path].join('.')}: ${message}`),
  ];
  let fields: SourceProduct['fields'] = {};
  try {
    fields = toFields(definition, given);
  } catch (error) {
    if (!(error instanceof MargayError)) throw error;
    faults.push(error.message.replace(/\.$/, ''));
  }
  if (!parsed.data || !images.data || faults.length > 0) return { name, reason: faults.join('; ') };
  return {
    id: parsed.data.id,
    fields,
    images: images.data.map((image) => ({ name: image, read: () => readImage(image, folder) })),
  };
}

async function readImage(image: string, folder: string): Promise<Uint8Array> {
  if (/^https?:/i.test(image)) throw new MargayError('NOT_FOUND', 'URLs are not fetched: give the path of a file.');
  return readPictureFile(resolve(folder, image));
}
