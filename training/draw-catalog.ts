import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { demoCatalog } from '../src/demo/catalog.ts';
import { COLORS, isWithheld, KINDS, PRINTS, WITHHELD } from '../src/demo/vocabulary.ts';

// The demo's own catalog as the service sees it, in the format of draw.ts: drawn at 512 px, saved as JPEG, scaled down by the manifest's kernel.
const { values } = parseArgs({ options: { out: { type: 'string' } } });
if (!values.out) throw new Error('Name the folder to write to: --out DIR.');
const out = values.out;
const SIZE = 96;
const DRAWN = 512;

await mkdir(out, { recursive: true });
await writeFile(
  join(out, 'vocabulary.json'),
  `${JSON.stringify({ kinds: KINDS, prints: PRINTS, colors: COLORS, withheld: WITHHELD })}\n`,
);
await writeFile(join(out, 'pictures.rgb'), '');
const lines: string[] = [];
sharp.concurrency(1);
for (const [index, product] of demoCatalog().entries()) {
  const density = (72 * DRAWN) / 240;
  const jpeg = await sharp(Buffer.from(product.svg()), { density }).flatten({ background: '#fff' }).jpeg().toBuffer();
  const { data } = await sharp(jpeg)
    .resize(SIZE, SIZE, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (data.length !== SIZE * SIZE * 3) throw new Error(`Expected ${SIZE} px RGB but got ${data.length} bytes.`);
  await appendFile(join(out, 'pictures.rgb'), data);
  const { category: kind, print, color, title } = product;
  const record = { index, type: 'product', kind, print, color, title, what: null, withheld: isWithheld(kind, print) };
  lines.push(`${JSON.stringify(record)}\n`);
}
await writeFile(join(out, 'records.jsonl'), lines.join(''));
process.stderr.write(`${lines.length} products\n`);
