import type { Random } from '../random.ts';
import type { Color } from '../vocabulary.ts';
import {
  bars,
  blur,
  cast,
  type Fault,
  fingertip,
  glare,
  noise,
  over,
  overexposed,
  shade,
  timestamp,
  underexposed,
  uneven,
  vignette,
} from './faults.ts';
import { cover, type Layer, linear, type Style } from './layer.ts';

/** In the order in which a camera makes them, with how often each befalls a picture that is not clean. */
const FAULTS: ReadonlyArray<readonly [share: number, fault: Fault]> = [
  [0.14, shade],
  [0.2, uneven],
  [0.2, cast],
  [0.12, glare],
  [0.26, underexposed],
  [0.13, overexposed],
  [0.08, fingertip],
  [0.25, blur],
  [0.15, vignette],
  [0.15, noise],
  [0.06, bars],
  [0.06, timestamp],
];

/** Told apart by light alone: with much more or less of it, or in colored light, nobody could say which it is. */
const SHADES: ReadonlySet<Color> = new Set(['white', 'beige', 'gray', 'black']);
const RELIT: ReadonlySet<Fault> = new Set([cast, underexposed, overexposed]);

/** Light and camera over everything: what a studio keeps out and a phone lets in. @param color of what is shown. */
export function camera(random: Random, style: Style, color: Color, scene: Layer): Layer {
  const varied = style === 'varied';
  let picture = scene;
  if (random.chance(varied ? 0.4 : 0.3)) {
    const power = varied ? random.between(0.1, 0.3) : 0.08;
    picture = over(
      picture,
      `<g transform="rotate(${random.pick([0, 0, 90])} 120 120)">${cover('url(#light)')}</g>`,
      linear('light', [1, 1], [0, '#fff8e8', power], [0.45, '#fff', 0], [1, '#101226', power]),
    );
  }
  if (!varied || random.chance(0.4)) return picture;
  let [left, dimmed] = [3, false];
  for (const [share, fault] of FAULTS) {
    // Light over light leaves nothing to see: one of the strong ones is enough.
    const light = fault === underexposed || fault === overexposed || fault === uneven || fault === glare;
    if (left === 0 || !random.chance(share) || (light && dimmed)) continue;
    if (RELIT.has(fault) && SHADES.has(color)) continue;
    picture = fault(random, picture);
    left -= 1;
    dimmed ||= light;
  }
  return picture;
}
