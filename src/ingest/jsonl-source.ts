import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { faultOfId, type ProductId } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import { countLines, type JsonLine, jsonLines } from './json-lines.ts';
import { readPictureFile } from './picture-file.ts';
import { isFault, type Source, type SourceFault, type SourceProduct } from './source.ts';

const text = z
  .string()
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'holds a character that is not text');

/** One line. Other fields are ignored. */
const Line = z.object({
  id: z
    .union([z.string().trim(), z.number().transform(String)])
    .refine((value) => faultOfId(value) === undefined, { error: ({ input }) => faultOfId(String(input)) ?? '' }),
  title: text.trim().min(1, 'is empty').max(1_000, 'is too long'),
  category: text.max(1_000, 'is too long').nullish(),
  print: text.max(1_000, 'is too long').nullish(),
  color: text.max(1_000, 'is too long').nullish(),
  price: z.number().nullish(),
  images: z.array(z.string().min(1)).min(1, 'names no picture').max(50, 'names more than 50 pictures'),
});

/** A JSON Lines file, one product a line, its pictures as paths relative to the file. */
export async function jsonlSource(file: string): Promise<Source> {
  return {
    total: await countLines(file),
    async *items() {
      const lines = new Map<ProductId, number>();
      for await (const line of jsonLines(file)) {
        const { number } = line;
        const item = read(line, dirname(file));
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

function read({ number, ...line }: JsonLine, folder: string): SourceProduct | SourceFault {
  const name = `line ${number}`;
  if ('fault' in line) return { name, reason: line.fault };
  const parsed = Line.safeParse(line.value);
  if (!parsed.success)
    return {
      name,
      reason: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'line'}: ${message}`).join('; '),
    };
  const { images, ...product } = parsed.data;
  return {
    ...product,
    images: images.map((image) => ({ name: image, read: () => readImage(image, folder) })),
  };
}

async function readImage(image: string, folder: string): Promise<Uint8Array> {
  if (/^https?:/i.test(image)) throw new MargayError('NOT_FOUND', 'URLs are not fetched: give the path of a file.');
  return readPictureFile(resolve(folder, image));
}
