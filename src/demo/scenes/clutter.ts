import { Random } from '../random.ts';
import { ground } from './grounds.ts';
import { document } from './layer.ts';
import { lying, scraps } from './strewn.ts';

/** A table or floor full of things that nobody asks for, as a square SVG document: what a picture may lie upon. */
export function drawClutter(seed: number): string {
  const random = new Random(seed);
  const { defs, markup } = ground(random);
  const things = Array.from({ length: random.int(7, 10) }, () =>
    lying(random, random.between(10, 230), random.between(10, 230), random.between(0.6, 1.1)),
  );
  return document({ defs, markup: markup + scraps(random, random.int(4, 8)) + things.join('') });
}
