import type { Picture } from '../image/decoder.ts';
import type { Renderer } from '../image/renderer.ts';

/** Close to lossless, as the drawings' own JPEGs. */
const QUALITY = 90;

/** Turned clockwise about its middle by `degrees`, cropped to its frame; what the turn brings in from outside is the picture mirrored at its edges. */
export function turned(picture: Picture, degrees: number): Picture {
  const { width, height, rgb } = picture;
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const out = new Uint8Array(rgb.length);
  let at = 0;
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const fromX = middleX + cos * (x - middleX) + sin * (y - middleY);
      const fromY = middleY - sin * (x - middleX) + cos * (y - middleY);
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const right = fromX - left;
      const down = fromY - top;
      const upper = mirrored(top, height) * width;
      const lower = mirrored(top + 1, height) * width;
      const near = mirrored(left, width);
      const far = mirrored(left + 1, width);
      for (let channel = 0; channel < 3; channel += 1, at += 1) {
        const above = rgb[(upper + near) * 3 + channel]! * (1 - right) + rgb[(upper + far) * 3 + channel]! * right;
        const below = rgb[(lower + near) * 3 + channel]! * (1 - right) + rgb[(lower + far) * 3 + channel]! * right;
        out[at] = Math.round(above * (1 - down) + below * down);
      }
    }
  return { width, height, rgb: out };
}

/** 0 1 2 | 2 1 0 | 0 1 2 */
function mirrored(place: number, count: number): number {
  const turn = ((place % (2 * count)) + 2 * count) % (2 * count);
  return turn < count ? turn : 2 * count - 1 - turn;
}

/** Its values, as they are stored (sRGB, not linear light), times `factor` in [0, 1]. */
export const dimmed = ({ width, height, rgb }: Picture, factor: number): Picture => ({
  width,
  height,
  rgb: rgb.map((value) => Math.round(value * factor)),
});

/** A JPEG of the picture at `share` of the frame's sides, up and left of its middle, upon another. @param behind a picture file. */
export function inset(
  picture: Picture,
  behind: Uint8Array,
  share: number,
  renderer: Pick<Renderer, 'compose'>,
): Promise<Uint8Array> {
  const { width, height } = picture;
  const [across, down] = [Math.round(width * share), Math.round(height * share)];
  const corner = { left: Math.floor((width - across) / 3), top: Math.floor((height - down) / 3) };
  return renderer.compose(
    [
      { source: behind, box: { left: 0, top: 0, width, height }, fit: 'cover' },
      { source: picture, box: { ...corner, width: across, height: down }, fit: 'cover' },
    ],
    { width, height },
    { quality: QUALITY },
  );
}
