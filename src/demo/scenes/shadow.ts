import { n } from '../path.ts';
import type { Shape } from '../pen.ts';
import type { Random } from '../random.ts';
import { type Layer, radial } from './layer.ts';

/** The shadow that a thing throws: a pool where it stands, or its own silhouette a little off where it lies. */
export function shadow(random: Random, { outline, foot }: Shape, lying = !foot): Layer {
  const [dx, dy] = [random.between(-6, 6), random.between(4, 9)];
  if (foot && !lying) {
    const { y, width } = foot;
    const defs =
      radial('pool', [0.5, 0.5], 0.5, [0, '#100c14', 0.34], [0.5, '#100c14', 0.15], [1, '#100c14', 0]) +
      radial('contact', [0.5, 0.5], 0.5, [0, '#100c14', 0.62], [0.6, '#100c14', 0.3], [1, '#100c14', 0]);
    const pool = (rx: number, ry: number, fill: string, shift: number) =>
      `<ellipse cx="${n(shift)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="url(#${fill})"/>`;
    return {
      defs,
      markup: pool(width * 1.6, 8 + width * 0.17, 'pool', dx * 4) + pool(width * 1.12, 3 + width * 0.07, 'contact', dx),
    };
  }
  // Strokes over strokes, from wide to narrow: a soft edge without a blur.
  const soft = [20, 15, 10, 6, 3].map((width) => `<path d="${outline}" stroke-width="${width}"/>`).join('');
  return {
    defs: '',
    markup: `<g transform="translate(${n(dx)} ${n(dy)})"><g fill="none" stroke="#100c14" stroke-opacity=".048" stroke-linejoin="round">${soft}</g><path d="${outline}" fill="#100c14" fill-opacity=".24"/></g>`,
  };
}
