import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { COLORS } from '../src/demo/vocabulary.ts';

/**
 * The train split of a folder of labelled photos as training reads it: `node training/photos.ts --data ../shared/data --out build/photos`. Only products that
 * no task of the eval split asks with or for, in any color; where one answers a broad query of words, it is never trained with words like those.
 */
const { values } = parseArgs({
  options: { data: { type: 'string' }, out: { type: 'string' }, size: { type: 'string', default: '128' } },
});
if (!values.data || !values.out) throw new Error('Name the folder to read and the one to write: --data DIR --out DIR.');
const { data, out } = values;
const size = Number(values.size);

interface Photo {
  readonly id: string;
  readonly file: string;
  readonly product_id: string;
  readonly style_id?: string;
  readonly category_path: readonly string[];
  readonly title: string;
  readonly description?: string;
  readonly attributes: { readonly color?: string };
  readonly role: string;
  readonly split: string | null;
}
interface Task {
  readonly split: string;
  readonly query_image: string | null;
  readonly query_text: string | null;
  readonly relevant: Readonly<Record<string, number>>;
}

async function lines<T>(name: string): Promise<T[]> {
  const text = await readFile(join(data, name), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

const photos = await lines<Photo>('photos.jsonl');
const tasks = await lines<Task>('tasks.jsonl');
const byId = new Map(photos.map((photo) => [photo.id, photo]));
const styleOf = (photo: Photo) => photo.style_id ?? photo.product_id;
const splits = new Map<string, Set<string>>();
const mark = (id: string, split: string) => {
  const style = styleOf(byId.get(id)!);
  splits.set(style, (splits.get(style) ?? new Set()).add(split));
};
for (const { id, split } of photos) if (split) mark(id, split);
// A product is of one split by what asks for it alone. "men's black hoodies" asks for many: see `asked` below.
const isBroad = ({ query_image, relevant }: Task) => query_image === null && Object.keys(relevant).length > 1;
for (const task of tasks)
  if (!isBroad(task))
    for (const id of [...(task.query_image ? [task.query_image] : []), ...Object.keys(task.relevant)])
      mark(id, task.split);
const asked = new Set(
  tasks.flatMap((task) =>
    task.split === 'eval' && isBroad(task) ? Object.keys(task.relevant).map((id) => byId.get(id)!.product_id) : [],
  ),
);
const trained = photos.filter((photo) => {
  const found = splits.get(styleOf(photo));
  return found?.size === 1 && found.has('train');
});

/** The names that the shops use, as ours. */
const NAMES: Readonly<Record<string, string>> = {
  grey: 'gray',
  navy: 'blue',
  'dark blue': 'blue',
  'light blue': 'blue',
  cream: 'beige',
  turquoise: 'teal',
  lavender: 'purple',
};
const colorOf = ({ attributes: { color } }: Photo) => {
  const name = color && (NAMES[color] ?? color);
  return COLORS.find((known) => known === name) ?? null;
};

const places = new Map(trained.map(({ id }, place) => [id, place]));
const records = trained.map((photo) => ({
  type: 'photo',
  product: photo.product_id,
  style: styleOf(photo),
  color: colorOf(photo),
  // As a catalog serves it: a color in the title would be the answer to "in blue".
  title: photo.title.replace(/ - \w+$/, ''),
  category: photo.category_path.slice(1),
  description: photo.description ?? null,
  catalog: photo.role === 'catalogue',
  /** Words for its category and color are evaluated. */
  asked: asked.has(photo.product_id),
}));
const queries = tasks.flatMap(({ split, query_image, query_text, relevant }) => {
  const picture = query_image ? places.get(query_image) : null;
  const answers = Object.entries(relevant).flatMap(([id, grade]) =>
    places.has(id) ? [[places.get(id)!, grade] as const] : [],
  );
  return split === 'train' && picture !== undefined && answers.length > 0
    ? [{ text: query_text, picture, answers }]
    : [];
});

await mkdir(out, { recursive: true });
const pixels = await Promise.all(
  trained.map(({ file }) =>
    sharp(join(data, file)).resize(size, size, { fit: 'cover' }).removeAlpha().toColourspace('srgb').raw().toBuffer(),
  ),
);
await writeFile(join(out, 'pictures.rgb'), Buffer.concat(pixels));
await writeFile(join(out, 'records.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
await writeFile(join(out, 'queries.jsonl'), queries.map((query) => `${JSON.stringify(query)}\n`).join(''));
console.log(
  `${trained.length} photos of ${new Set(records.map(({ product }) => product)).size} products, ${queries.length} queries`,
);
