import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawings, phonePhotos, text } from '../../bench/queries.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
/** Smaller ones are test fixtures, not what a camera sends, in bytes. */
const LEAST = 200_000;
/** How many are drawn where there are none. */
const DRAWN = 3;

interface Photo {
  readonly product_id: string;
  readonly file: string;
  readonly title: string;
  readonly label: string;
  readonly role: string;
  readonly attributes: { readonly color?: string };
}

interface Fixture {
  readonly file: string;
  readonly bytes: number;
  readonly expect: { readonly outcome: string };
}

/** A JPEG that a customer sends. */
export interface Shot {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A catalog as JSON Lines: photos where the labelled ones lie beside the checkout, drawings elsewhere.
 * @returns where they are from.
 */
export async function writeCatalog(file: string, folder: string, count: number): Promise<string> {
  const listed = join(DATA, 'photos.jsonl');
  if (!existsSync(listed)) {
    const lines: object[] = [];
    for await (const jpeg of drawings()) {
      const name = `${lines.length}.jpg`;
      await writeFile(join(folder, name), jpeg);
      if (lines.push({ id: `drawn:${name}`, title: text(), category: 'drawing', images: [name] }) === count) break;
    }
    await write(file, lines);
    return `${count} drawings (no photos: ../shared/data is not there)`;
  }
  const photos = (await readFile(listed, 'utf8'))
    .trim()
    .split('\n')
    .map((line): Photo => JSON.parse(line));
  const products = [
    ...Map.groupBy(
      photos.filter(({ role }) => role === 'catalogue'),
      ({ product_id }) => product_id,
    ),
  ];
  // From all over the list, whose sources stand one after another.
  const step = Math.max(1, Math.floor(products.length / count));
  const chosen = products.filter((_product, place) => place % step === 0).slice(0, count);
  const lines = chosen.map(([id, [first, ...more]]) => ({
    id,
    title: first!.title,
    category: first!.label,
    color: first!.attributes.color,
    images: [first!, ...more].map((photo) => join(DATA, photo.file)),
  }));
  await write(file, lines);
  const pictures = lines.reduce((sum, { images }) => sum + images.length, 0);
  return `${lines.length} products with ${pictures} photos of ../shared/data`;
}

const write = (file: string, lines: readonly object[]) =>
  writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

/** Camera JPEGs, the largest first; where they are not there, drawings at a phone's size. */
export async function cameraShots(): Promise<readonly Shot[]> {
  const listed = join(DATA, 'camera.json');
  if (!existsSync(listed))
    return (await phonePhotos(DRAWN)).map((bytes, place) => ({ name: `drawing ${place + 1}`, bytes }));
  const fixtures: Fixture[] = JSON.parse(await readFile(listed, 'utf8'));
  const large = fixtures
    .filter(({ file, bytes, expect }) => /\.jpe?g$/.test(file) && bytes >= LEAST && expect.outcome === 'decode')
    .toSorted((one, other) => other.bytes - one.bytes);
  return Promise.all(large.map(async ({ file }) => ({ name: file, bytes: await readFile(join(DATA, file)) })));
}

/** The one of a request, from 1 on. Sent again it has another comment, and so another identity: no cache knows its caption. */
export function shotOf(shots: readonly Shot[], number: number): Shot {
  const { name, bytes } = shots[(number - 1) % shots.length]!;
  if (number <= shots.length) return { name, bytes };
  const text = Buffer.from(`request ${number}`);
  // After the mark that begins every JPEG: a comment segment, whose length counts itself.
  const comment = Buffer.concat([Buffer.of(0xff, 0xfe, 0, text.length + 2), text]);
  return { name, bytes: Buffer.concat([bytes.subarray(0, 2), comment, bytes.subarray(2)]) };
}
