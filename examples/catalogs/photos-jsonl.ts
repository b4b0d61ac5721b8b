/**
 * Turns a folder of labelled photos (photos.jsonl and the files that it names) into JSON Lines for examples/catalogs/photos.graphql:
 *
 *   node examples/catalogs/photos-jsonl.ts FOLDER OUTPUT.jsonl [--for-tasks]
 *
 * Photos of role `catalogue` alone: the others are queries and are never indexed. Pictures are paths relative to the output file.
 * Titles hold neither the description nor the color (tasks.jsonl: index_must_not_contain). --for-tasks leaves both out altogether: use
 * it to measure the tasks, whose queries are these very words.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { without } from '../../src/eval/forbidden-text.ts';

interface Photo {
  readonly id: string;
  readonly file: string;
  readonly product_id?: string;
  readonly label: string;
  readonly category_path: readonly string[];
  readonly title: string;
  readonly description?: string | null;
  /** Without the list of features that shops add. */
  readonly description_no_bullets?: string | null;
  readonly attributes: {
    readonly color?: string;
    readonly pattern?: string;
    readonly material?: readonly string[];
    readonly kids?: boolean;
    readonly view?: string;
  };
  readonly role: 'catalogue' | 'query';
  readonly licence: string;
}

/** @param toFolder From the folder of the output file to that of the photos, with forward slashes; '' where they are one. */
function lineOf(photo: Photo, toFolder: string, forTasks: boolean): Record<string, unknown> {
  const { id, attributes } = photo;
  const described = plain(photo.description_no_bullets ?? photo.description ?? '');
  const words = [described, photo.description ?? '', attributes.color ?? ''];
  const own = forTasks ? {} : { description: described || null, color: attributes.color || null };
  return {
    id,
    title: without(plain(photo.title), words) || photo.label,
    category: photo.category_path.join(' / ') || null,
    source: photo.product_id?.split(':')[0] ?? 'photos',
    label: photo.label,
    product: photo.product_id ?? null,
    ...own,
    pattern: attributes.pattern || null,
    materials: attributes.material?.map(plain).filter(Boolean) ?? null,
    kids: attributes.kids ?? null,
    view: attributes.view || null,
    license: photo.licence,
    images: [toFolder ? `${toFolder}/${photo.file}` : photo.file],
  };
}

/** 'Cocona&reg; performance fabric' -> 'Cocona performance fabric' */
const plain = (text: string) => text.replace(/&\w+;/g, '').trim();

const { values, positionals } = parseArgs({
  options: { 'for-tasks': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [folder, output] = positionals;
if (!folder || !output)
  throw new Error('Usage: node examples/catalogs/photos-jsonl.ts FOLDER OUTPUT.jsonl [--for-tasks]');
const toFolder = relative(dirname(resolve(output)), resolve(folder))
  .split(sep)
  .join('/');
const photos = readFileSync(join(folder, 'photos.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line.trim())
  .map((line): Photo => JSON.parse(line))
  .filter(({ role }) => role === 'catalogue');
writeFileSync(
  output,
  photos.map((photo) => `${JSON.stringify(lineOf(photo, toFolder, values['for-tasks']))}\n`).join(''),
);
console.log(`${photos.length} photos`);
