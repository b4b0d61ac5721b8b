import type { Picture } from '../image/decoder.ts';
import type { Renderer } from '../image/renderer.ts';

/** Of a blurred picture the means of so many cells a side are left. */
const CELLS = 16;
/** Close to lossless, as the drawings' own JPEGs. */
const QUALITY = 90;

/** Turned clockwise about its middle by `degrees`, cropped to its frame; what the turn brings in from outside is the picture mirrored at its edges. */
export function turned(picture: Picture, degrees: number): Picture {
  const { width, height } = picture;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const rgb = new Uint8Array(picture.rgb.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [dx, dy] = [x - middleX, y - middleY];
      sample(picture, middleX + cos * dx + sin * dy, middleY - sin * dx + cos * dy, rgb, (y * width + x) * 3);
    }
  return { width, height, rgb };
}

/** Its light times `factor`, in [0, 1], as it is stored (sRGB, not linear). */
export const dimmed = ({ width, height, rgb }: Picture, factor: number): Picture => ({
  width,
  height,
  rgb: rgb.map((value) => Math.round(value * factor)),
});

/** Nothing but the large patches of a picture. */
export function blurred(picture: Picture): Picture {
  const { width, height } = picture;
  const [across, down] = [Math.min(CELLS, width), Math.min(CELLS, height)];
  const cells = { width: across, height: down, rgb: new Uint8Array(across * down * 3) };
  for (let row = 0; row < cells.height; row += 1)
    for (let column = 0; column < cells.width; column += 1) {
      const [left, right] = [column, column + 1].map((at) => Math.floor((at * width) / cells.width));
      const [top, bottom] = [row, row + 1].map((at) => Math.floor((at * height) / cells.height));
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let y = top!; y < bottom!; y += 1)
          for (let x = left!; x < right!; x += 1) sum += picture.rgb[(y * width + x) * 3 + channel]!;
        cells.rgb[(row * cells.width + column) * 3 + channel] = sum / ((right! - left!) * (bottom! - top!));
      }
    }
  const rgb = new Uint8Array(picture.rgb.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [cellX, cellY] = [((x + 0.5) * cells.width) / width - 0.5, ((y + 0.5) * cells.height) / height - 0.5];
      sample(cells, cellX, cellY, rgb, (y * width + x) * 3);
    }
  return { width, height, rgb };
}

/** A JPEG of the picture at `share` of the frame, off its middle, over another that is blurred. */
export function inset(picture: Picture, behind: Picture, share: number, renderer: Renderer): Promise<Uint8Array> {
  const { width, height } = picture;
  const [across, down] = [Math.round(width * share), Math.round(height * share)];
  const box = {
    left: Math.floor((width - across) / 3),
    top: Math.floor((height - down) / 3),
    width: across,
    height: down,
  };
  const frame = { left: 0, top: 0, width, height };
  return renderer.compose(
    [
      { source: blurred(behind), box: frame, fit: 'cover' },
      { source: picture, box, fit: 'cover' },
    ],
    { width, height },
    { quality: QUALITY },
  );
}

/** Between the four pixels around a place, which may be outside: there the picture is mirrored. */
function sample({ width, height, rgb }: Picture, x: number, y: number, into: Uint8Array, at: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, down] = [x - left, y - top];
  const [x0, x1] = [mirrored(left, width), mirrored(left + 1, width)];
  const [y0, y1] = [mirrored(top, height), mirrored(top + 1, height)];
  for (let channel = 0; channel < 3; channel += 1) {
    const of = (column: number, row: number) => rgb[(row * width + column) * 3 + channel]!;
    const upper = of(x0, y0) * (1 - right) + of(x1, y0) * right;
    const lower = of(x0, y1) * (1 - right) + of(x1, y1) * right;
    into[at + channel] = Math.round(upper * (1 - down) + lower * down);
  }
}

/** 0 1 2 | 2 1 0 | 0 1 2 */
function mirrored(place: number, count: number): number {
  const turn = ((place % (2 * count)) + 2 * count) % (2 * count);
  return turn < count ? turn : 2 * count - 1 - turn;
}
