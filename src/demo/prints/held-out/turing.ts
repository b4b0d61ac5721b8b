import type { Random } from '../../random.ts';
import { blur, white } from './noise.ts';
import type { Grid } from './texture.ts';

export interface TuringOptions {
  /** How far the activator reaches, in pixels along either axis: about a quarter of the distance between marks. */
  readonly reach: readonly [x: number, y: number];
  /** Below 0 the marks come apart into spots, at 0 they are stripes or a maze, above 0 the ground is spots. */
  readonly bias: number;
  /** How often the marks sort themselves: few rounds leave them uneven. */
  readonly rounds: number;
}

/**
 * How coats grow (Turing 1952): pigment calls forth more of itself nearby and holds it back farther away.
 * Values from -1 (ground) to 1 (mark).
 */
export function turing(random: Random, { reach: [rx, ry], bias, rounds }: TuringOptions): Grid {
  // Begun along the marks, else narrow bands would hook and coil.
  let values = rx > 2 * ry ? blur(white(random), rx, 1) : white(random);
  for (let round = 0; round < rounds; round++) {
    const [near, far] = [blur(values, rx, ry), blur(values, rx * 2, ry * 2)];
    for (let at = 0; at < near.length; at++) {
      const excess = 9 * (near[at]! - far[at]!) + bias;
      near[at] = excess / Math.sqrt(1 + excess * excess);
    }
    values = near;
  }
  return values;
}
