import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { readPictureFile } from './picture-file.ts';
import type { Source, SourceFault, SourceProduct } from './source.ts';

/** One line. Other fields are ignored. */
const Line = z.object({
  id: z.union([z.string().trim().min(1).max(100), z.number().transform(String)]),
  title: z.string().trim().min(1).max(1_000),
  category: z.string().max(1_000).nullish(),
  print: z.string().max(1_000).nullish(),
  color: z.string().max(1_000).nullish(),
  price: z.number().nullish(),
  images: z.array(z.string().min(1)).min(1).max(50),
});

/** A JSON Lines file, one product a line, its pictures as paths relative to the file. */
export async function jsonlSource(file: string): Promise<Source> {
  let total = 0;
  for await (const line of linesOf(file)) if (line.trim()) total += 1;
  return {
    total,
    async *items() {
      let number = 0;
      for await (const line of linesOf(file)) {
        number += 1;
        if (line.trim()) yield parse(line, number, dirname(file));
      }
    },
  };
}

const linesOf = (file: string) =>
  createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });

function parse(text: string, number: number, folder: string): SourceProduct | SourceFault {
  const name = `line ${number}`;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { name, reason: 'It is not JSON.' };
  }
  const parsed = Line.safeParse(json);
  if (!parsed.success)
    return { name, reason: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') };
  const { images, ...product } = parsed.data;
  return {
    ...product,
    images: images.map((image) => ({ name: image, read: () => readPictureFile(resolve(folder, image), image) })),
  };
}
