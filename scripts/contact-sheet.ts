import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { demoCatalog } from '../src/demo/catalog.ts';
import { drawProduct } from '../src/demo/product.ts';
import { choosing, seedIn } from '../src/demo/seeds.ts';
import { drawSubject } from '../src/demo/subjects.ts';
import { colorsOf, hasNaturalColor, KINDS, PRINTS } from '../src/demo/vocabulary.ts';

/**
 * Draws a sheet to look at: `node scripts/contact-sheet.ts --out sheet.png`. By default products of the catalog above and
 * subjects below; `--kind mug` or `--print leopard` show one kind or one print, `--style varied` the training's camera,
 * `--held-out` the prints that training never meets.
 * The README's sheet: `node scripts/contact-sheet.ts --out docs/catalog.jpg --columns 12 --rows 6 --size 112 --seed 5`.
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    columns: { type: 'string', default: '8' },
    rows: { type: 'string', default: '6' },
    size: { type: 'string', default: '128' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
    print: { type: 'string' },
    subjects: { type: 'boolean', default: false },
    style: { type: 'string', default: 'studio' },
    'held-out': { type: 'boolean', default: false },
  },
});
if (!values.out) throw new Error('Name the file to write: --out sheet.png or sheet.jpg.');
const [columns, rows, size, seed] = [
  Number(values.columns),
  Number(values.rows),
  Number(values.size),
  Number(values.seed),
];
const style = values.style === 'varied' ? 'varied' : 'studio';
const heldOut = values['held-out'];
const kind = KINDS.find((name) => name === values.kind);
const print = PRINTS.find((name) => name === values.print);

function drawing(index: number): string {
  const drawn = seedIn('evaluation', seed, index);
  const random = choosing(drawn);
  if (values.subjects)
    return drawSubject({ print: print ?? PRINTS[index % PRINTS.length]!, seed: drawn, style, heldOut }).svg;
  const shownPrint = print ?? PRINTS[index % PRINTS.length]!;
  const natural = hasNaturalColor(shownPrint) && random.chance(0.6);
  const color = natural ? 'natural' : random.pick(colorsOf(shownPrint));
  return drawProduct({
    kind: kind ?? KINDS[index % KINDS.length]!,
    print: shownPrint,
    color,
    seed: drawn,
    style,
    heldOut,
  });
}

const count = columns * rows;
const catalog = demoCatalog(seed);
const byDefault = !kind && !print && !values.subjects && !heldOut && style === 'studio';
const shown = byDefault ? Math.floor((rows * 2) / 3) * columns : count;
const svgs = Array.from({ length: count }, (_, index) =>
  index >= shown
    ? drawSubject({ print: PRINTS[(index - shown) % PRINTS.length]!, seed: seedIn('evaluation', seed, index), style })
        .svg
    : byDefault
      ? catalog.find((product, at) => product.category === KINDS[index % KINDS.length] && at >= index * 11)!.svg()
      : drawing(index),
);
const tiles = await Promise.all(
  svgs.map((svg) =>
    sharp(Buffer.from(svg), { density: (72 * size) / 240 })
      .resize(size, size)
      .png()
      .toBuffer(),
  ),
);
const gap = 2;
await sharp({
  create: { width: columns * (size + gap), height: rows * (size + gap), channels: 3, background: '#ffffff' },
})
  .composite(
    tiles.map((input, index) => ({
      input,
      left: (index % columns) * (size + gap),
      top: Math.floor(index / columns) * (size + gap),
    })),
  )
  .toFile(values.out);
