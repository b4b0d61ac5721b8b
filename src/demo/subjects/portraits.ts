import { darker, lighter, mix } from '../palette.ts';
import { curve, ellipse, n, type Point } from '../path.ts';
import type { Pen } from '../pen.ts';
import type { Layer } from '../scenes/layer.ts';
import { cover, linear, radial } from '../scenes/layer.ts';
import type { Animal } from './animal-builds.ts';
import { FACES } from './faces.ts';
import { hairs } from './hides.ts';

const mirrored = (markup: string): string => `${markup}<g transform="scale(-1 1)">${markup}</g>`;

function earsAndHorns(pen: Pen, animal: Animal, dark: string): string {
  const { palette } = pen;
  const outer = mix(palette.ground, dark, 0.25);
  const inner = mix(palette.ground, '#e7b7a0', 0.6);
  const leaf = (x: number, y: number, turn: number, length: number, wide: number) =>
    `<g transform="translate(${x} ${y}) rotate(${turn})"><path d="M0 6Q${wide} ${n(-length * 0.5)} 0 ${-length}Q${-wide} ${n(-length * 0.5)} 0 6Z" fill="${outer}"/><path d="M0 2Q${n(wide * 0.55)} ${n(-length * 0.45)} 0 ${n(-length * 0.8)}Q${n(-wide * 0.55)} ${n(-length * 0.45)} 0 2Z" fill="${inner}"/></g>`;
  if (animal === 'zebra') return mirrored(leaf(28, -76, 22, 42, 20));
  if (animal === 'cow')
    return mirrored(pen.part('M26 -62Q44 -74 46 -96Q58 -78 42 -58Z', '#e9dfc8') + leaf(46, -46, 98, 46, 22));
  if (animal === 'giraffe')
    return mirrored(
      pen.line('M11 -70L13 -96', outer, 9) + pen.part(ellipse(13, -98, 7), dark, 'none') + leaf(32, -56, 74, 40, 18),
    );
  return mirrored(
    pen.part(ellipse(47, -54, 20, 19), darker(palette.ground, 0.45), 'none') +
      pen.part(ellipse(46, -52, 12, 12), inner, 'none'),
  );
}

/** The head and neck of an animal that looks into the camera, close up. */
export const drawPortrait =
  (animal: Animal) =>
  (pen: Pen): Layer => {
    const { random, palette } = pen;
    const cat = animal === 'leopard' || animal === 'tiger';
    const face = FACES[cat ? 'cat' : (animal as 'zebra' | 'cow' | 'giraffe')];
    const striped = animal === 'zebra' || animal === 'tiger';
    pen.print(animal, 'coat', face.scale * random.between(0.75, 1.5), striped ? 0 : random.between(0, 180));
    const dark = animal === 'giraffe' ? darker(palette.mark, 0.45) : palette.mark;
    const head = curve([
      ...face.half,
      ...face.half
        .slice(1, -1)
        .map(([x, y]): Point => [-x, y])
        .reverse(),
    ]);
    const [top, bottom] = face.neck;
    const lean = random.about(26);
    const neck = `M${-top} -6C${-top} 70 ${n(lean - bottom)} 80 ${n(lean - bottom)} 260H${n(lean + bottom)}C${n(lean + bottom)} 80 ${top} 70 ${top} -6Z`;
    const [ex, ey] = face.eye;
    const { y: my, rx, ry } = face.muzzle;
    const eye = cat
      ? pen.part(ellipse(ex, ey, 10.5, 8), '#1a1109', 'none') +
        pen.part(ellipse(ex, ey, 8, 6.8), random.pick(['#d8b23a', '#a9b84a', '#e0a030']), 'none') +
        pen.part(ellipse(ex, ey, 3.4), '#0d0a08', 'none') +
        pen.part(ellipse(ex - 2, ey - 2.5, 1.7), '#fff', 'none')
      : pen.part(ellipse(ex, ey, 6.5, 8), '#120d0a', 'none') +
        pen.part(ellipse(ex - 1.5, ey - 2.5, 2), '#fff', 'none') +
        pen.line(`M${ex - 6} ${ey - 8}Q${ex + 2} ${ey - 14} ${ex + 8} ${ey - 5}`, darker(dark, 0.3), 2.4);
    const pale = mix(palette.ground, '#fffaf0', 0.75);
    const muzzles: Record<Animal, string> = {
      leopard: pale,
      tiger: pale,
      zebra: darker(palette.mark, 0.2),
      cow: random.pick(['#e5b3a6', '#d9a093', '#4a4244']),
      giraffe: mix(palette.ground, '#fffaf0', 0.4),
    };
    const snout = cat
      ? mirrored(pen.part(ellipse(13, my, rx, ry), muzzles[animal], 'none')) +
        pen.part(ellipse(0, my + 18, 15, 9), muzzles[animal], 'none') +
        pen.part(`M-12 ${my - 17}H12Q9 ${my - 5} 0 ${my - 3}Q-9 ${my - 5} -12 ${my - 17}Z`, '#b8655a') +
        pen.line(
          `M0 ${my - 4}V${my + 6}M-15 ${my + 9}Q-6 ${my + 15} 0 ${my + 6}Q6 ${my + 15} 15 ${my + 9}`,
          '#2a1712',
          2,
        ) +
        mirrored(pen.line(`M18 ${my}l52 -8M18 ${my + 4}l54 3M16 ${my + 8}l46 14`, '#fff', 1, 0.85))
      : pen.part(ellipse(0, my, rx, ry), muzzles[animal], 'down') +
        mirrored(pen.part(ellipse(rx * 0.42, my - ry * 0.1, rx * 0.15, ry * 0.24), '#1d1210', 'none')) +
        pen.line(
          `M${n(-rx * 0.6)} ${n(my + ry * 0.62)}Q0 ${n(my + ry * 0.5)} ${n(rx * 0.6)} ${n(my + ry * 0.62)}`,
          '#1d1210',
          1.6,
          0.7,
        );
    const mane =
      animal === 'zebra' ? pen.part('M-13 -78Q-9 -112 0 -118Q9 -112 13 -78Q0 -62 -13 -78Z', palette.mark) : '';
    const brows = cat ? mirrored(pen.part(ellipse(ex - 2, ey - 13, 8, 4.5), pale, 'none')) : '';
    const land = random.pick(['#7fa05a', '#c9a95e', '#5b7f58', '#9fb9c9', '#b9905a', '#486b4c']);
    const scale = random.between(0.95, 1.5);
    pen.define(`<clipPath id="face"><path d="${head}"/></clipPath>`);
    pen.define(radial('modelling', [0.45, 0.35], 0.62, [0, '#fff', 0.24], [0.5, '#fff', 0], [1, '#0c0608', 0.42]));
    pen.define(radial('behind', [0.5, 0.3], 0.9, [0, lighter(land, 0.5)], [1, darker(land, 0.3)]));
    pen.define(linear('below', [0, 1], [0, '#0c0608', 0.55], [0.3, '#0c0608', 0.1], [1, '#0c0608', 0.3]));
    const bokeh = Array.from(
      { length: 6 },
      () =>
        `<circle cx="${n(random.between(0, 240))}" cy="${n(random.between(0, 200))}" r="${n(random.between(12, 36))}" fill="${random.chance(0.5) ? lighter(land, 0.5) : darker(land, 0.35)}" fill-opacity=".3"/>`,
    ).join('');
    return {
      defs: pen.defs,
      markup: `${cover('url(#behind)')}${bokeh}<g transform="translate(${n(120 + random.about(28))} ${n(104 + random.about(20))}) rotate(${n(random.about(10))}) scale(${n(scale)})"><path d="${neck}" fill="url(#coat)"/><path d="${neck}" fill="url(#below)"/>${earsAndHorns(pen, animal, dark)}${mane}<path d="${head}" fill="${palette.ground}"/><path d="${head}" fill="url(#coat)" stroke="${darker(palette.ground, 0.6)}" stroke-opacity=".5" stroke-width="1.5"/><g clip-path="url(#face)"><path d="${head}" fill="url(#modelling)"/>${hairs(random, 26, [-60, -70, 60, 40])}</g>${brows}${snout}${mirrored(eye)}</g>`,
    };
  };
