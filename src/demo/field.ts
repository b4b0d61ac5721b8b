import type { Random } from './random.ts';

/** A function of the unit square, periodic in both directions, so that what is drawn from it tiles without a seam. */
export type Field = (u: number, v: number) => number;

const fraction = (value: number): number => value - Math.floor(value);

const WAVES = 7;

/**
 * Smooth noise, mostly within [-1, 1], with about `cells` x `rows` hills in a tile: a sum of plane waves of one length and any direction,
 * so that no axis shows, as it does in noise on a grid.
 */
export function noise(random: Random, cells: number, rows = cells): Field {
  const waves = Array.from({ length: WAVES }, (_, i) => {
    const angle = ((i + random.next()) / WAVES) * Math.PI;
    const length = random.between(0.4, 0.75);
    const [x, y] = [Math.round(Math.cos(angle) * length * cells), Math.round(Math.sin(angle) * length * rows)];
    return { x: x || y ? x : 1, y, phase: random.between(0, 2 * Math.PI) };
  });
  return (u, v) => {
    let sum = 0;
    for (const { x, y, phase } of waves) sum += Math.cos(2 * Math.PI * (x * u + y * v) + phase);
    return sum * 0.24;
  };
}

/** Distances to the nearest and the second nearest of jittered points, in cell widths. */
export function cellular(random: Random, cells: number, jitter = 0.75): (u: number, v: number) => [number, number] {
  const points = Array.from({ length: cells * cells }, () => [
    0.5 + random.between(-0.5, 0.5) * jitter,
    0.5 + random.between(-0.5, 0.5) * jitter,
  ]);
  return (u, v) => {
    const [x, y] = [fraction(u) * cells, fraction(v) * cells];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    let [nearest, second] = [9, 9];
    for (let i = -1; i <= 1; i++)
      for (let j = -1; j <= 1; j++) {
        const [px, py] = points[((row + j + cells) % cells) * cells + ((column + i + cells) % cells)]!;
        const distance = Math.hypot(column + i + px! - x, row + j + py! - y);
        if (distance < nearest) [nearest, second] = [distance, nearest];
        else if (distance < second) second = distance;
      }
    return [nearest, second];
  };
}

/**
 * Path data of where the field is above 0, by marching squares; fill it with `evenodd`. The shapes reach one step past the
 * tile on every side, where the pattern clips them, so no edge shows at the seam.
 */
export function contour(field: Field, size: number, steps: number): string {
  const side = steps + 3;
  const values = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const rim = row === 0 || column === 0 || row === side - 1 || column === side - 1;
      values[row * side + column] = rim ? -1 : field((column - 1) / steps, (row - 1) / steps);
    }
  const unit = size / steps;
  const at = (column: number, row: number) => values[row * side + column]!;
  // An edge's key: 2 * corner for the edge to the right of a corner, 2 * corner + 1 for the one below it.
  const next = new Map<number, number>();
  for (let row = 0; row < side - 1; row++)
    for (let column = 0; column < side - 1; column++) {
      const corner = row * side + column;
      const [a, b, c, d] = [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)];
      const shape = (a > 0 ? 1 : 0) | (b > 0 ? 2 : 0) | (c > 0 ? 4 : 0) | (d > 0 ? 8 : 0);
      if (shape === 0 || shape === 15) continue;
      const edges = [corner * 2, (corner + 1) * 2 + 1, (corner + side) * 2, corner * 2 + 1];
      for (const [from, to] of SEGMENTS[shape]!) next.set(edges[from!]!, edges[to!]!);
    }
  const point = (edge: number): string => {
    const corner = edge >> 1;
    const [column, row] = [corner % side, Math.floor(corner / side)];
    const here = values[corner]!;
    const there = edge & 1 ? values[corner + side]! : values[corner + 1]!;
    const share = here / (here - there);
    const x = (column - 1 + (edge & 1 ? 0 : share)) * unit;
    const y = (row - 1 + (edge & 1 ? share : 0)) * unit;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  let path = '';
  for (const start of next.keys()) {
    if (!next.has(start)) continue;
    let edge: number | undefined = start;
    let loop = '';
    while (edge !== undefined && next.has(edge)) {
      loop += `${loop ? 'L' : 'M'}${point(edge)}`;
      const following: number = next.get(edge)!;
      next.delete(edge);
      edge = following;
    }
    path += `${loop}Z`;
  }
  return path;
}

/** By the corners inside (1 top left, 2 top right, 4 bottom right, 8 bottom left): edges crossed (0 top, 1 right, 2 bottom, 3 left). */
const SEGMENTS: ReadonlyArray<ReadonlyArray<readonly number[]>> = [
  [],
  [[3, 0]],
  [[0, 1]],
  [[3, 1]],
  [[1, 2]],
  [
    [3, 0],
    [1, 2],
  ],
  [[0, 2]],
  [[3, 2]],
  [[2, 3]],
  [[2, 0]],
  [
    [0, 1],
    [2, 3],
  ],
  [[2, 1]],
  [[1, 3]],
  [[1, 0]],
  [[0, 3]],
  [],
];
