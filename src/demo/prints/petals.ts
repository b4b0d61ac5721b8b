import { mix } from '../palette.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';

/** The green of leaves, a little towards the ground. */
export const leafGreen = (random: Random, ground: string): string =>
  mix(random.pick(['#4f8f4c', '#3f7a5a', '#7a9a4a']), ground, 0.12);

/** What a blossom is colored in its middle. */
export const heartOf = (random: Random): string => random.pick(['#f6d04d', '#fbe9b0', '#7a4a2a']);

/** A ring of `petals` pointing out from the origin, each `wide` at its half and `size` long. */
export function ring(petals: number, size: number, wide: number, turn: number, color: string, other = color): string {
  const petal = `M0 0C${n(-wide * 1.3)} ${n(-size * 0.45)} ${n(-wide)} ${n(-size * 1.1)} 0 ${n(-size)}C${n(wide)} ${n(-size * 1.1)} ${n(wide * 1.3)} ${n(-size * 0.45)} 0 0Z`;
  return Array.from(
    { length: petals },
    (_, i) =>
      `<path transform="rotate(${n(turn + (i * 360) / petals)})" fill="${i % 2 ? color : other}" d="${petal}"/>`,
  ).join('');
}

/** Path data of a pointed leaf from the origin to the right. */
export const sprig = (length: number): string =>
  `M0 0Q${n(length * 0.35)} ${n(-length * 0.4)} ${n(length)} 0Q${n(length * 0.35)} ${n(length * 0.4)} 0 0Z`;

/** `inner` moved `out` to the right, then turned about the origin. */
export const turned = (degrees: number, out: number, inner: string): string =>
  `<g transform="rotate(${n(degrees)}) translate(${n(out)})">${inner}</g>`;
