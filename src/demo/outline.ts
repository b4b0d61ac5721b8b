import type { Point } from './path.ts';

/** Corners of path data as drawn here (M L H V Q T C A, either case, Z): curves by their middles, arcs by their ends. */
export function cornersOf(path: string): Point[] {
  const corners: Point[] = [];
  let [x, y] = [0, 0];
  for (const [, letter = '', rest = ''] of path.matchAll(/([MLHVQTCAZ])([^MLHVQTCAZ]*)/gi)) {
    const values = (rest.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
    const relative = letter === letter.toLowerCase();
    const command = letter.toUpperCase();
    const size = { M: 2, L: 2, T: 2, H: 1, V: 1, Q: 4, C: 6, A: 7 }[command];
    if (!size) continue;
    for (let i = 0; i + size <= values.length; i += size) {
      const [fromX, fromY] = [x, y];
      const at = (k: number, base: number) => values[i + k]! + (relative ? base : 0);
      if (command === 'H') x = at(0, x);
      else if (command === 'V') y = at(0, y);
      else [x, y] = [at(size - 2, fromX), at(size - 1, fromY)];
      if (command === 'Q') corners.push([fromX / 4 + at(0, fromX) / 2 + x / 4, fromY / 4 + at(1, fromY) / 2 + y / 4]);
      if (command === 'C')
        corners.push([
          fromX / 8 + (at(0, fromX) + at(2, fromX)) * 0.375 + x / 8,
          fromY / 8 + (at(1, fromY) + at(3, fromY)) * 0.375 + y / 8,
        ]);
      corners.push([x, y]);
    }
  }
  return corners;
}

export interface Extent {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function extentOf(corners: readonly Point[]): Extent {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** The outermost left and right of the outline at height `y`; the whole extent where nothing crosses. */
export function edgesAt(corners: readonly Point[], y: number): readonly [left: number, right: number] {
  const crossings: number[] = [];
  corners.forEach(([x1, y1], i) => {
    const [x2, y2] = corners[(i + 1) % corners.length]!;
    if (y1 > y !== y2 > y) crossings.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  });
  if (crossings.length === 0) {
    const { left, right } = extentOf(corners);
    return [left, right];
  }
  return [Math.min(...crossings), Math.max(...crossings)];
}
