import { contour, type Field, noise } from '../field.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';
import { fill, stroke, TILE, wrapped } from './tile.ts';

/**
 * A way to lay a shape on cloth: the shape is where the field is above 0, and `rim` is how much the field rises over what is
 * seen as its edge.
 */
export type Technique = (random: Random, color: string, field: Field, rim: number) => string;

/** One flat color with a clean edge, as screen printing. */
export const flat: Technique = (_, color, field) => fill(color, contour(field, TILE, 56), 'evenodd');

/** An edge that runs into the cloth, as dye or watercolor. */
export const soft: Technique = (_, color, field, rim) =>
  [-0.5, 0, 0.5]
    .map((level, i) => {
      const path = contour((u, v) => field(u, v) - level * rim, TILE, 44);
      return `<path fill="${color}" fill-opacity="${[0.35, 0.5, 0.85][i]}" fill-rule="evenodd" d="${path}"/>`;
    })
    .join('');

/** An edge of short hairs that all lie one way. */
export const furry: Technique = (random, color, field, rim) => {
  const lie = random.between(0, 2 * Math.PI);
  const sway = noise(random, 2);
  const hairs = hairsWhere(
    random,
    38,
    (u, v) => {
      const value = field(u, v);
      return value > -0.15 * rim && value < rim;
    },
    (u, v) => lie + sway(u, v) * 0.6,
  );
  return fill(color, contour(field, TILE, 44), 'evenodd') + stroke(color, 0.8, hairs);
};

/** Hairs of 2 to 5 units in a disordered grid of `side` x `side`, where `grows`, along `angle` (radians). */
export function hairsWhere(
  random: Random,
  side: number,
  grows: (u: number, v: number) => boolean,
  angle: Field,
): string {
  let path = '';
  for (let i = 0; i < side * side; i++) {
    const [u, v] = [((i % side) + random.next()) / side, (Math.floor(i / side) + random.next()) / side];
    const [length, off] = [random.between(2, 4.6), random.about(0.3)];
    if (!grows(u, v)) continue;
    const along = angle(u, v) + off;
    const hair = `l${n(Math.cos(along) * length)} ${n(Math.sin(along) * length)}`;
    path += wrapped(u * TILE, v * TILE, 6, (x, y) => `M${n(x)} ${n(y)}${hair}`);
  }
  return path;
}

/** Knitted: every stitch is a small V, the shape's stitches in its color and the others only shaded. */
export const knitted: Technique = (random, color, field) => {
  const columns = random.pick([20, 25]);
  const rows = random.pick([26, 32]);
  const [width, height] = [TILE / columns, TILE / rows];
  const v = `l${n(width / 2)} ${n(height * 0.8)}l${n(width / 2)} ${n(-height * 0.8)}`;
  let path = '';
  let shade = '';
  for (let row = -1; row <= rows; row++) {
    shade += `M0 ${n(row * height)}`;
    for (let column = 0; column < columns; column++) {
      if (row % 2 === 0) shade += v;
      if (field((column + 0.5) / columns, ((row + rows) % rows) / rows) > 0)
        path += `M${n(column * width)} ${n(row * height)}${v}`;
    }
  }
  return `${stroke(color, Math.min(width, height) * 0.95, path)}<path fill="none" stroke="#000" stroke-opacity=".13" stroke-width=".7" d="${shade}"/>`;
};

/** A slanted raster of dots that grow towards the middle of the shape and run together there, as in newsprint. */
export const halftone: Technique = (random, color, field, rim) => {
  const side = random.pick([22, 26, 30]);
  const step = TILE / side;
  let path = '';
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      for (const shift of [0, 0.5]) {
        const [u, v] = [(column + shift) / side, (row + shift) / side];
        const radius = step * Math.min(0.52, 0.3 + (field(u, v) / rim) * 0.3);
        if (radius < step * 0.16) continue;
        path += wrapped(u * TILE, v * TILE, radius, (x, y) => `M${n(x - radius)} ${n(y)}${circle(radius)}`);
      }
  return fill(color, path);
};

const circle = (radius: number): string => {
  const r = n(radius);
  return `a${r} ${r} 0 1 1 ${n(2 * radius)} 0a${r} ${r} 0 1 1 ${n(-2 * radius)} 0`;
};
