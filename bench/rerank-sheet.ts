import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Picture } from '../src/image/decoder.ts';
import { SharpRenderer } from '../src/image/sharp-renderer.ts';
import { SheetDrawer, sheetSize } from '../src/rerank/sheet.ts';
import { TOKEN_FORMULAS } from '../src/rerank/tokens.ts';
import { number, type Scenario, spread, table } from './report.ts';
import { Drawings } from './rerank-pictures.ts';
import { median } from './statistics.ts';

const TILES = 9;
const THUMBNAIL = 336;
const LARGE = { width: 1024, height: 768 };
const PHOTOS = fileURLToPath(new URL('../../shared/data/photos/cloth', import.meta.url));

/** One sheet against ten pictures, in tokens by the public formulas, and what a sheet weighs and takes to draw. */
export const sheet: Scenario = async ({ quick, print }) => {
  const size = sheetSize(TILES, true);
  const small = { width: THUMBNAIL, height: THUMBNAIL };
  print(`Picture tokens by the public formulas: one sheet of ${size.width} x ${size.height} against separate pictures`);
  const rows = TOKEN_FORMULAS.map(({ family, tokens }) => {
    const one = tokens(size);
    const tens = [
      (TILES + 1) * tokens(small),
      TILES * tokens(small) + tokens(LARGE),
      (TILES + 1) * tokens(LARGE),
    ] as const;
    const cheaper =
      tens[0] < one ? `ten of ${THUMBNAIL} px, by ${(100 * (1 - tens[0] / one)).toFixed(0)} %` : 'the sheet';
    return [family, String(one), ...tens.map((ten) => `${ten} (${(ten / one).toFixed(1)}x)`), cheaper];
  });
  const heads = [`10 of ${THUMBNAIL} px`, `9 of ${THUMBNAIL} px + query of 1024 x 768`, '10 of 1024 x 768', 'cheapest'];
  for (const line of table([['family', 'sheet', ...heads], ...rows])) print(line);
  print("  Llama's are cross-attention states, not prompt tokens. Separate pictures would carry no numbers on them.");

  const renderer = new SharpRenderer();
  const drawer = new SheetDrawer(renderer);
  const sets = [{ name: 'drawings (demo)', ...(await drawnSet(renderer)) }, ...(await photoSet(renderer))];
  const found = sets.map(({ name }) => ({ name, ms: [] as number[], kb: [] as number[] }));
  // Turn by turn, so that both share the weather; the first of each is not counted.
  for (let round = -1; round < (quick ? 3 : 60); round++)
    for (const [at, { tiles, query }] of sets.entries()) {
      const began = performance.now();
      const { jpeg } = await drawer.draw({ tiles, query });
      if (round < 0) continue;
      found[at]!.ms.push(performance.now() - began);
      found[at]!.kb.push(jpeg.length / 1000);
    }
  await renderer.close();
  print('');
  print(
    `The sheet from ${TILES} stored thumbnails of ${THUMBNAIL} px and a query picture, JPEG, ${found[0]!.ms.length} each`,
  );
  const weights = found.map(({ name, ms, kb }) => [name, number(median(kb)), spread(ms)]);
  for (const line of table([['tiles', 'kB', 'ms p50 / p95'], ...weights])) print(line);
};

interface Tiles {
  readonly tiles: readonly Uint8Array[];
  readonly query: Picture;
}

async function drawnSet(renderer: SharpRenderer): Promise<Tiles> {
  const files: Uint8Array[] = [];
  await using drawn = new Drawings();
  while (files.length <= TILES) files.push(await drawn.picture());
  return setOf(renderer, files);
}

async function photoSet(renderer: SharpRenderer): Promise<(Tiles & { name: string })[]> {
  if (!existsSync(PHOTOS)) return [];
  const names = readdirSync(PHOTOS)
    .sort()
    .slice(0, TILES + 1);
  const files = names.map((name) => readFileSync(`${PHOTOS}/${name}`));
  return [{ name: 'photos (clothing)', ...(await setOf(renderer, files)) }];
}

async function setOf(renderer: SharpRenderer, files: readonly Uint8Array[]): Promise<Tiles> {
  const tiles = files.slice(0, TILES).map((file) => renderer.convert(file, 'jpeg', { width: THUMBNAIL }));
  return { tiles: await Promise.all(tiles), query: await renderer.read(files[TILES]!) };
}
