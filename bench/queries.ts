import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { seedIn } from '../src/demo/seeds.ts';
import { drawSubject } from '../src/demo/subjects.ts';
import { KINDS, PRINTS } from '../src/demo/vocabulary.ts';

/** What is asked of either side. */
export interface Asking {
  readonly text?: string;
  readonly picture?: Uint8Array;
}

/** Drawings that were never trained on; the catalog and the tables of the evaluation have other series. */
const SERIES = 950;
const DRAWN = 512;
const DRAWINGS = 24;
const SHIFTS = 28;

let words = 0;
/** Distinct at every call, so that no cache of texts has any. */
export const text = (): string =>
  `${KINDS[words % KINDS.length]} with ${PRINTS[(words * 7) % PRINTS.length]} print, number ${++words}`;

/** JPEGs of 512 x 512, each of other pixels: two dozen drawings, cut out at ever other places. */
export async function* drawings(): AsyncGenerator<Uint8Array, never> {
  const side = DRAWN + SHIFTS;
  const drawn: Buffer[] = [];
  for (let place = 0; ; place++) {
    const which = place % DRAWINGS;
    drawn[which] ??= await sharp(
      Buffer.from(
        drawSubject({ print: PRINTS[which % PRINTS.length]!, seed: seedIn('evaluation', SERIES, which) }).svg,
      ),
    )
      .resize(side, side)
      .flatten({ background: '#ffffff' })
      .raw()
      .toBuffer();
    const shift = Math.floor(place / DRAWINGS);
    const [left, top] = [shift % SHIFTS, Math.floor(shift / SHIFTS) % SHIFTS];
    yield sharp(drawn[which], { raw: { width: side, height: side, channels: 3 } })
      .extract({ left, top, width: DRAWN, height: DRAWN })
      .jpeg({ quality: 90 })
      .toBuffer();
  }
}

const CAMERA = fileURLToPath(new URL('../../shared/data/camera/recurser_landscape_3.jpg', import.meta.url));
/** Twelve megapixels, as phones send them. */
const PHONE = { width: 4032, height: 3024 };

export const hasPhotos = existsSync(CAMERA);

/** Photos of a phone's size: a real one enlarged, each cut out elsewhere; without it a drawing. */
export async function phonePhotos(count: number): Promise<Uint8Array[]> {
  const source = hasPhotos ? CAMERA : Buffer.from((await drawings().next()).value);
  const large = { width: PHONE.width + SHIFTS, height: PHONE.height + SHIFTS };
  const data = await sharp(source).autoOrient().resize(large.width, large.height).removeAlpha().raw().toBuffer();
  const photos: Uint8Array[] = [];
  for (let shift = 0; shift < count; shift++)
    photos.push(
      await sharp(data, { raw: { ...large, channels: 3 } })
        .extract({ left: shift % SHIFTS, top: shift % SHIFTS, ...PHONE })
        .jpeg({ quality: 85 })
        .toBuffer(),
    );
  return photos;
}
