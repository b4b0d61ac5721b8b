import { cornersOf, edgesAt, extentOf } from '../outline.ts';
import { darker, lighter, mix } from '../palette.ts';
import { limb, n } from '../path.ts';
import type { Random } from '../random.ts';
import { muted } from './things.ts';

export const SKINS = ['#f3cdb2', '#e6b48f', '#d19a70', '#b57a50', '#8f5a3a', '#65402b', '#f7d9c4', '#4e3224'];

/** A hand and arm in two parts: what lies behind the thing that it holds, and the fingers before it. */
export interface Hand {
  readonly behind: string;
  readonly before: string;
}

/** A finger from its root to its tip, shaded round, with a nail. */
function finger(skin: string, from: readonly [number, number], to: readonly [number, number], width: number): string {
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2 - width * 0.35];
  const path = `M${n(from[0])} ${n(from[1])}Q${n(x)} ${n(y)} ${n(to[0])} ${n(to[1])}`;
  const stroke = (color: string, size: number, opacity: number, d = path) =>
    `<path d="${d}" fill="none" stroke="${color}" stroke-width="${n(size)}" stroke-linecap="round" stroke-opacity="${opacity}"/>`;
  const turn = (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI;
  const nail = `<ellipse rx="${n(width * 0.34)}" ry="${n(width * 0.27)}" transform="translate(${n(to[0])} ${n(to[1])}) rotate(${n(turn)}) translate(${n(width * 0.14)})" fill="${mix(lighter(skin, 0.45), '#f3b8ae', 0.35)}"/>`;
  return (
    `<g transform="translate(1.500 3)">${stroke('#000', width + 2, 0.2)}</g>` +
    stroke(darker(skin, 0.32), width + 1.4, 1) +
    stroke(skin, width, 1) +
    `<g transform="translate(0 ${n(-width * 0.16)})">${stroke(lighter(skin, 0.35), width * 0.32, 0.5)}</g>` +
    nail
  );
}

/**
 * A hand that holds what has this outline (drawn around the origin): from behind with four fingers round one edge and the
 * thumb over the other where it is narrow, by one edge where it is wide.
 */
export function hand(random: Random, outline: string): Hand {
  const skin = random.pick(SKINS);
  const corners = cornersOf(outline);
  const { top, bottom } = extentOf(corners);
  const side = random.chance(0.5) ? 1 : -1;
  const width = random.between(12, 16.5);
  const level = bottom - (bottom - top) * random.between(0.16, 0.42);
  /** The edge at a height, the arm's own (1) or the far one (-1), always measured toward the arm. */
  const edge = (y: number, which: number) => {
    const [left, right] = edgesAt(corners, Math.max(top + 4, Math.min(bottom - 4, y)));
    return which * side > 0 ? right : left;
  };
  const near = edge(level, 1);
  const far = edge(level, -1);
  const narrow = Math.abs(near - far) < 112;
  const wrist = [near + side * random.between(26, 44), level + random.between(52, 74)] as const;
  const elbow = [wrist[0] + side * random.between(30, 120), wrist[1] + 190] as const;
  const arm = limb([
    [near - side * 6, level - 6, 20],
    [near + side * 14, level + 20, 28],
    [wrist[0], wrist[1], 21],
    [(wrist[0] + elbow[0]) / 2, (wrist[1] + elbow[1]) / 2, 29],
    [elbow[0], elbow[1], 36],
  ]);
  const cuff = random.chance(0.5)
    ? `<path d="${limb([
        [wrist[0] + side * 8, wrist[1] + 24, 27],
        [(wrist[0] + elbow[0]) / 2, (wrist[1] + elbow[1]) / 2 + 6, 36],
        [elbow[0], elbow[1], 46],
      ])}" fill="${muted(random)}" stroke="#000" stroke-opacity=".25"/>`
    : '';
  const palm = narrow
    ? `<path d="${limb([
        [far + side * 4, level - 6, 18],
        [(near + far) / 2, level + 4, 30],
        [near + side * 6, level + 16, 28],
        [wrist[0], wrist[1], 21],
      ])}" fill="${darker(skin, 0.18)}"/>`
    : '';
  const light = `<path d="${arm}" fill="url(#${side > 0 ? 'round' : 'soft'})" fill-opacity=".6"/>`;
  const behind = `<path d="${arm}" fill="${skin}" stroke="${darker(skin, 0.4)}" stroke-width="1.2"/>${light}${palm}${cuff}`;
  const thumbY = level - random.between(4, 16);
  const thumb = finger(
    skin,
    [edge(thumbY, 1) + side * width * 0.9, thumbY + 22],
    [edge(thumbY - 12, 1) - side * random.between(12, 24), thumbY - random.between(4, 16)],
    width * 1.2,
  );
  if (!narrow) return { behind, before: thumb };
  const fingers = [0, 1, 2, 3]
    .map((i) => {
      const y = level - 22 + i * width * 1.04;
      const root = edge(y, -1);
      const reach = random.between(10, 15) + (i === 1 || i === 2 ? 5 : 0);
      return finger(skin, [root - side * width * 0.25, y + 3], [root + side * reach, y], width);
    })
    .join('');
  return { behind, before: fingers + thumb };
}
