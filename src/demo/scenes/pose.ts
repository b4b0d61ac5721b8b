import { n } from '../path.ts';
import type { Random } from '../random.ts';
import type { Style } from './layer.ts';

/** Where and how a thing stands in the frame. */
export interface Pose {
  /** SVG transform of a thing drawn around the origin. */
  readonly transform: string;
  /** Center and size of the thing in the frame; 1 is 180 of 240 units. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

interface Frame {
  /** Degrees; negative and positive alike. */
  readonly turn: number;
  readonly scale: number;
  /** How far from the frame's center, in units. */
  readonly off: readonly [x: number, y: number];
  readonly skew: readonly [x: number, y: number];
  readonly stretch: number;
  readonly mirrored: boolean;
}

function posed({ turn, scale, off, skew, stretch, mirrored }: Frame): Pose {
  const [x, y] = [120 + off[0], 120 + off[1]];
  const [sx, sy] = [scale * stretch * (mirrored ? -1 : 1), scale / stretch];
  return {
    transform: `translate(${n(x)} ${n(y)}) rotate(${n(turn)}) skewX(${n(skew[0])}) skewY(${n(skew[1])}) scale(${sx.toFixed(3)} ${sy.toFixed(3)})`,
    x,
    y,
    scale,
  };
}

/**
 * A pose for the style. A studio's stands upright and fills the frame; a `loose` one lies as it was thrown and turns any
 * way, and any `varied` one may be far, cropped by the frame, or seen askew.
 */
export function pose(random: Random, style: Style, loose = false): Pose {
  const mirrored = random.chance(0.35);
  if (style === 'studio')
    return posed({
      turn: random.about(8),
      scale: random.between(0.94, 1.13),
      off: [random.about(6), random.about(6)],
      skew: [random.about(3), 0],
      stretch: random.between(0.96, 1.05),
      mirrored,
    });
  const size = random.next();
  const scale =
    size < 0.16 ? random.between(0.62, 0.8) : size < 0.84 ? random.between(0.8, 1.2) : random.between(1.2, 1.5);
  const spilled = random.next();
  const turn = loose
    ? spilled < 0.1
      ? random.pick([90, -90, 180]) + random.about(14)
      : random.between(-46, 46)
    : spilled < 0.15
      ? random.between(-45, 45)
      : random.about(16);
  // The smaller it is the farther it may stray; a large one is cropped a little.
  const room = scale < 0.75 ? 92 * (1 - scale) + 6 : 26 + Math.max(0, scale - 1) * 50;
  return posed({
    turn,
    scale,
    off: [random.about(room), random.about(room)],
    skew: [random.about(15), random.about(9)],
    stretch: random.between(0.88, 1.13),
    mirrored,
  });
}
