import type { Random } from './random.ts';

export type Point = readonly [x: number, y: number];

export const n = (value: number): string => String(Math.round(value * 10) / 10);

/** A smooth closed (or open) curve through the points, as path data (Catmull-Rom written as Béziers). */
export function curve(points: readonly Point[], closed = true, tension = 1): string {
  const count = points.length;
  const at = (i: number): Point => points[closed ? (i + count) % count : Math.max(0, Math.min(count - 1, i))]!;
  let path = `M${n(at(0)[0])} ${n(at(0)[1])}`;
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [before, from, to, after] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const k = tension / 6;
    path += `C${n(from[0] + (to[0] - before[0]) * k)} ${n(from[1] + (to[1] - before[1]) * k)} ${n(to[0] - (after[0] - from[0]) * k)} ${n(to[1] - (after[1] - from[1]) * k)} ${n(to[0])} ${n(to[1])}`;
  }
  return closed ? `${path}Z` : path;
}

export const ellipse = (x: number, y: number, rx: number, ry = rx): string =>
  `M${n(x - rx)} ${n(y)}a${n(rx)} ${n(ry)} 0 1 1 ${n(2 * rx)} 0a${n(rx)} ${n(ry)} 0 1 1 ${n(-2 * rx)} 0Z`;

export function rounded(x: number, y: number, width: number, height: number, radius: number): string {
  const r = Math.min(radius, width / 2, height / 2);
  return `M${n(x + r)} ${n(y)}h${n(width - 2 * r)}a${n(r)} ${n(r)} 0 0 1 ${n(r)} ${n(r)}v${n(height - 2 * r)}a${n(r)} ${n(r)} 0 0 1 ${n(-r)} ${n(r)}h${n(2 * r - width)}a${n(r)} ${n(r)} 0 0 1 ${n(-r)} ${n(-r)}v${n(2 * r - height)}a${n(r)} ${n(r)} 0 0 1 ${n(r)} ${n(-r)}Z`;
}

/** An uneven round patch. */
export function blob(random: Random, x: number, y: number, rx: number, ry: number, wobble = 0.25, corners = 7): string {
  const turn = random.between(0, Math.PI);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return curve(
    Array.from({ length: corners }, (_, i) => {
      const angle = (i / corners) * 2 * Math.PI;
      const reach = 1 + random.between(-wobble, wobble);
      const [dx, dy] = [Math.cos(angle) * rx * reach, Math.sin(angle) * ry * reach];
      return [x + dx * cos - dy * sin, y + dx * sin + dy * cos] as const;
    }),
  );
}

/** An arc of a circle as an open path, to be stroked. Angles in radians. */
export function arc(x: number, y: number, rx: number, ry: number, from: number, to: number, turn = 0): string {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const points = Array.from({ length: 4 }, (_, i) => {
    const angle = from + ((to - from) * i) / 3;
    const [dx, dy] = [Math.cos(angle) * rx, Math.sin(angle) * ry];
    return [x + dx * cos - dy * sin, y + dx * sin + dy * cos] as const;
  });
  return curve(points, false);
}

/** A limb of changing thickness along a smooth spine of [x, y, radius]. */
export function limb(spine: ReadonlyArray<readonly [number, number, number]>): string {
  const left: Point[] = [];
  const right: Point[] = [];
  spine.forEach(([x, y, r], i) => {
    const before = spine[Math.max(0, i - 1)]!;
    const after = spine[Math.min(spine.length - 1, i + 1)]!;
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
    const [nx, ny] = [-(after[1] - before[1]) / length, (after[0] - before[0]) / length];
    left.push([x + nx * r, y + ny * r]);
    right.push([x - nx * r, y - ny * r]);
  });
  // Always the same winding, so that overlapping limbs unite under the nonzero rule.
  return curve([...left, ...right.reverse()]);
}
