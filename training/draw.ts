import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { drawProduct } from '../src/demo/product.ts';
import type { Random } from '../src/demo/random.ts';
import { choosing, seedIn } from '../src/demo/seeds.ts';
import { drawSubject } from '../src/demo/subjects.ts';
import { titleOf } from '../src/demo/titles.ts';
import { COLORS, colorsOf, hasNaturalColor, isWithheld, KINDS, PRINTS, WITHHELD } from '../src/demo/vocabulary.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    count: { type: 'string', default: '44000' },
    seed: { type: 'string', default: '1' },
    size: { type: 'string', default: '128' },
    subjects: { type: 'string', default: '.27' },
    workers: { type: 'string', default: '2' },
  },
});
if (!values.out) throw new Error('Name the folder to write to: --out DIR.');
const out = values.out;
const number = (name: 'count' | 'seed' | 'size' | 'subjects' | 'workers'): number => {
  const value = Number(values[name]);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number, not ${values[name]}.`);
  return value;
};
const [count, series, size, share, workers] = [
  number('count'),
  number('seed'),
  number('size'),
  number('subjects'),
  number('workers'),
];

/** Of seeds that nothing is asked with; pairs of kind and print that are withheld stay out. */
function plan(index: number) {
  const seed = seedIn('training', series, index);
  const random = choosing(seed);
  const style = random.chance(0.3) ? 'studio' : 'varied';
  if (random.chance(share)) {
    const print = random.pick(PRINTS);
    const color = hasNaturalColor(print) && random.chance(0.25) ? random.pick(colorsOf(print)) : undefined;
    const subject = drawSubject({ print, seed, style, ...(color && { color }) });
    const record = {
      index,
      type: 'subject',
      kind: null,
      print,
      color: subject.color,
      title: null,
      what: subject.what,
      withheld: false,
    };
    return { random, svg: subject.svg, record };
  }
  let [kind, print] = [random.pick(KINDS), random.pick(PRINTS)];
  while (isWithheld(kind, print)) [kind, print] = [random.pick(KINDS), random.pick(PRINTS)];
  const color = hasNaturalColor(print) && random.chance(0.55) ? 'natural' : random.pick(colorsOf(print));
  const record = {
    index,
    type: 'product',
    kind,
    print,
    color,
    title: titleOf(kind, print, color, random),
    what: null,
    withheld: isWithheld(kind, print),
  };
  return { random, svg: drawProduct({ kind, print, color, seed, style }), record };
}

/** Rendered as the service meets pictures: often larger first, scaled down by either kernel, saved as JPEG or not. */
async function pixels(svg: string, random: Random): Promise<Buffer> {
  const larger = random.chance(0.6) ? Math.round(size * random.between(1.5, 3.4)) : size;
  const density = (72 * larger) / 240;
  let image = sharp(Buffer.from(svg), { density }).flatten({ background: '#fff' });
  if (random.chance(0.25)) image = sharp(await image.jpeg({ quality: random.int(55, 92) }).toBuffer());
  const kernel = random.chance(0.5) ? 'cubic' : 'lanczos3';
  const { data, info } = await image
    .resize(size, size, { fit: 'fill', kernel })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 || data.length !== size * size * 3)
    throw new Error(`Expected RGB of ${size} px but got ${info.channels} channels.`);
  return data;
}

await mkdir(out, { recursive: true });
await writeFile(
  join(out, 'vocabulary.json'),
  `${JSON.stringify({ kinds: KINDS, prints: PRINTS, colors: COLORS, withheld: WITHHELD })}\n`,
);
const pictures = createWriteStream(join(out, 'pictures.rgb'));
const records = createWriteStream(join(out, 'records.jsonl'));

// Rendering runs in libuv's threads; one thread a picture is best, several pictures at once.
sharp.concurrency(1);
sharp.cache(false);
const started = performance.now();
const BATCH = 256;
for (let start = 0; start < count; start += BATCH) {
  const length = Math.min(BATCH, count - start);
  const batch: Buffer[] = new Array(length);
  const lines: string[] = new Array(length);
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.max(1, workers * 2) }, async () => {
      for (let i = next++; i < length; i = next++) {
        const { svg, random, record } = plan(start + i);
        batch[i] = await pixels(svg, random);
        lines[i] = `${JSON.stringify(record)}\n`;
      }
    }),
  );
  if (!pictures.write(Buffer.concat(batch))) await once(pictures, 'drain');
  records.write(lines.join(''));
  const done = start + length;
  const rate = done / ((performance.now() - started) / 1000);
  if (done % (BATCH * 8) === 0 || done === count)
    console.log(
      `${done} of ${count} pictures, ${rate.toFixed(0)} a second, ${((count - done) / rate / 60).toFixed(1)} minutes left`,
    );
}
pictures.end();
records.end();
await Promise.all([finished(pictures), finished(records)]);
