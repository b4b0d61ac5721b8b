import { darker, lighter, parse, type Rgb } from '../../palette.ts';
import { clamp, type Dab, step, type Texture } from './texture.ts';

export const blend = (from: Rgb, to: Rgb, share: number): Rgb => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

/**
 * How far within the leaf's edge a place is (below 0: outside), in leaf lengths, and how much light it gets, about -1 to 1.
 * `t` is 0 at the stalk and 1 at the tip, `side` the distance from the midrib, in leaf lengths too.
 */
export type Outline = (t: number, side: number) => { readonly inside: number; readonly light: number };

const SHADOW: Rgb = [8, 14, 12];

/** A leaf from its stalk at (x, y), in pixels: shaded across its halves, with a light midrib. */
export function leaf(
  texture: Texture,
  outline: Outline,
  { x, y, angle, length, color }: { x: number; y: number; angle: number; length: number; color: string },
): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [dark, lit, rib] = [parse(darker(color, 0.45)), parse(lighter(color, 0.16)), parse(lighter(color, 0.45))];
  const local = (dx: number, dy: number): [number, number] => [
    (dx * cos + dy * sin) / length,
    (dy * cos - dx * sin) / length,
  ];
  // A shadow first, so that leaves lie over one another.
  for (const shadow of [true, false])
    texture.stamp(x, y, length * 1.08, (dx, dy): Dab | undefined => {
      const [t, side] = shadow ? local(dx - 1.5, dy - 2) : local(dx, dy);
      if (t < -0.15 || t > 1.05) return undefined;
      const { inside, light } = outline(t, side);
      const cover = clamp(inside * length + 0.5);
      if (cover <= 0) return undefined;
      if (shadow) return [SHADOW, clamp(inside * length * 0.5 + 0.3) * 0.4];
      const tone = clamp(0.5 + (side > 0 ? 0.24 : -0.2) + light * 0.28 - (1 - t) * 0.12);
      const blade = blend(dark, lit, tone);
      return [blend(blade, rib, Math.exp(-((side * length) ** 2) * 1.1) * 0.85 * step(1, 0.9, t)), cover];
    });
}
