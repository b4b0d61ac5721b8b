import { darker, mix, type Palette } from '../palette.ts';
import { curve, n, type Point } from '../path.ts';
import type { Random } from '../random.ts';
import { fill, type PrintMaker, scattered, stamped, stroke } from './tile.ts';

function palm(random: Random, length: number, color: string, rib: string): string {
  const leaflets = 7;
  const bend = random.about(length * 0.12);
  let shapes = '';
  for (let i = 0; i < leaflets; i++) {
    const t = 0.16 + (i / leaflets) * 0.8;
    const [x, y] = [bend * Math.sin(t * Math.PI), -length * t];
    const reach = length * 0.42 * Math.sin(Math.PI * (0.25 + t * 0.68));
    for (const side of [-1, 1])
      shapes += `M${n(x)} ${n(y + length * 0.05)}Q${n(x + side * reach * 0.5)} ${n(y - length * 0.1)} ${n(x + side * reach)} ${n(y - length * 0.12)}Q${n(x + side * reach * 0.5)} ${n(y + length * 0.06)} ${n(x)} ${n(y + length * 0.09)}Z`;
  }
  return fill(color, shapes) + stroke(rib, length * 0.025, `M0 0Q${n(bend)} ${n(-length * 0.5)} 0 ${n(-length)}`);
}

export function monstera(random: Random, length: number, color: string, rib: string, under = ''): string {
  const half: Point[] = [
    [0, 0],
    [0.34, -0.02],
    [0.5, -0.2],
    [0.3, -0.3],
    [0.55, -0.36],
    [0.54, -0.52],
    [0.28, -0.5],
    [0.48, -0.62],
    [0.38, -0.78],
    [0.18, -0.7],
    [0.24, -0.9],
    [0, -1.05],
  ];
  const tilt = random.between(0.9, 1.1);
  const scale = ([x, y]: Point, side: number): Point => [x * side * length * tilt, y * length];
  const outline = [
    ...half.map((p) => scale(p, 1)),
    ...half
      .slice(1, -1)
      .reverse()
      .map((p) => scale(p, -1)),
  ];
  return (
    (under
      ? fill(under, curve(outline, true, 0.7)) + stroke(color, length * 0.05, curve(outline, true, 0.7))
      : fill(color, curve(outline, true, 0.7))) +
    stroke(
      rib,
      length * 0.03,
      `M0 ${n(length * 0.15)}L0 ${n(-length * 0.92)}M0 ${n(-length * 0.2)}L${n(length * 0.36)} ${n(-length * 0.14)}M0 ${n(-length * 0.2)}L${n(-length * 0.36)} ${n(-length * 0.14)}M0 ${n(-length * 0.45)}L${n(length * 0.38)} ${n(-length * 0.46)}M0 ${n(-length * 0.45)}L${n(-length * 0.38)} ${n(-length * 0.46)}`,
    )
  );
}

export function frond(random: Random, length: number, palette: Palette): string {
  const color = random.pick([
    palette.mark,
    palette.accent,
    mix(palette.mark, palette.accent, 0.5),
    darker(palette.mark, 0.2),
  ]);
  const rib = mix(color, palette.ground, 0.55);
  return random.chance(0.55) ? palm(random, length, color, rib) : monstera(random, length * 0.85, color, rib);
}

/** Palm and monstera leaves thrown over each other. */
export const strewn: PrintMaker = (palette, random) => {
  let markup = '';
  for (const [x, y] of scattered(random, 2, 4, 0.2)) {
    const length = random.between(27, 38);
    const leaf = `<g transform="translate(0 ${n(length * 0.45)})">${frond(random, length, palette)}</g>`;
    markup += stamped(x, y, length * 1.1, leaf, random.between(0, 360));
  }
  return markup;
};
