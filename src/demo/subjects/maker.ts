import { n } from '../path.ts';
import type { Pen } from '../pen.ts';
import type { Random } from '../random.ts';
import { type Layer, softLine } from '../scenes/layer.ts';
import type { Print } from '../vocabulary.ts';

/** Draws something that shows the print over the whole frame, with `url(#subject)` as the print's fill. */
export type SubjectMaker = (pen: Pen, print: Print) => Layer;

/** Soft creases in any direction, dark on one side and light on the other, each across the whole frame. */
export function creases(random: Random, count: number): string {
  let markup = '';
  for (let i = 0; i < count; i++) {
    const [at, bow, depth] = [random.between(-100, 100), random.about(70), random.between(0.16, 0.36)];
    const line = `M-190 ${n(at)}Q0 ${n(at + bow)} 190 ${n(at + random.about(30))}`;
    const apart = random.between(9, 15);
    markup += `<g transform="translate(120 120) rotate(${n(random.between(0, 180))})">${softLine(line, '#0c0a14', 38, depth)}<g transform="translate(0 ${n(apart)})">${softLine(line, '#ffffff', 28, depth)}</g></g>`;
  }
  return markup;
}

/** Folds of hanging cloth between x0 and x1: waves of shade and light from y0 to y1. */
export function drapes(random: Random, [x0, x1]: readonly [number, number], [y0, y1]: readonly [number, number]) {
  let markup = '';
  for (let x = x0 + random.between(4, 14); x < x1; x += random.between(20, 36)) {
    const sway = random.about(12);
    const line = (dx: number) =>
      `M${n(x + dx)} ${n(y0)}Q${n(x + dx + sway)} ${n((y0 + y1) / 2)} ${n(x + dx + sway * 0.4)} ${n(y1)}`;
    markup += softLine(line(0), '#0c0a14', random.between(12, 20), 0.4) + softLine(line(11), '#ffffff', 10, 0.34);
  }
  return markup;
}
