import { type Animal, BUILDS, type Spine } from './animal-builds.ts';
import { darker, lighter, mix } from './palette.ts';
import { curve, ellipse, limb, n } from './path.ts';
import type { Pen } from './pen.ts';
import type { Layer } from './scenes/layer.ts';

const shifted = (spine: Spine, dx: number, swing: number): Spine =>
  spine.map(([x, y, r], i) => [x + dx + (swing * i) / (spine.length - 1), y, r * 0.94] as const);

function figure(pen: Pen, animal: Animal): string {
  const { random, palette } = pen;
  const build = BUILDS[animal];
  const coat = pen.print(
    animal,
    'coat',
    build.scale * random.between(0.9, 1.15),
    animal === 'zebra' || animal === 'tiger' ? 90 : 0,
  );
  const stride = random.between(-13, 13);
  const far = limb(shifted(build.fore, 15, -stride - 4)) + limb(shifted(build.hind, -15, stride + 4));
  const near = [limb(shifted(build.fore, 0, stride)), limb(shifted(build.hind, 0, -stride))];
  const outline = [limb(build.body), limb(build.neck), ...near, limb(build.head)].join('');
  const tail = limb(build.tail);
  const dark = animal === 'giraffe' || animal === 'cow' ? darker(palette.mark, 0.45) : palette.mark;
  const [ex, ey] = build.eye;
  const [nx, ny] = build.nose;
  const { at, size, round } = build.ear;
  const ear = round
    ? ellipse(at[0], at[1], size[0], size[1])
    : curve([
        [at[0] - size[0] / 2, at[1] + size[1] / 2],
        [at[0] - size[0] * 0.2, at[1] - size[1] / 2],
        [at[0] + size[0], at[1] - size[1]],
        [at[0] + size[0], at[1] + size[1] / 2],
      ]);
  const [hx, hy] = [build.head[1]![0], build.head[1]![1]];
  const cat = animal === 'leopard' || animal === 'tiger';
  let extra = '';
  if (animal === 'zebra') {
    const [low, mid, high] = build.neck;
    extra += pen.line(
      `M${low![0] + 20} ${low![1] - 14}Q${mid![0] + 16} ${mid![1] - 16} ${high![0] + 8} ${high![1] - 16}`,
      palette.mark,
      8,
    );
  }
  if (animal === 'giraffe') {
    extra +=
      pen.line('M-57 -110L-60 -123M-52 -108L-52 -121', palette.mark, 3.4) +
      pen.part(ellipse(-60, -123, 3) + ellipse(-52, -121, 3), dark, 'none');
    extra += pen.line('M-14 -26Q-30 -60 -46 -104', palette.mark, 4);
  }
  if (animal === 'cow') {
    extra += pen.line('M-74 -60Q-84 -66 -86 -76', '#e9dfc8', 6) + pen.part(ellipse(28, 27, 14, 8), '#eab7ad', 'soft');
    extra +=
      pen.part(ellipse(-100, -18, 11, 10), '#e5b3a6', 'none') + pen.part(ellipse(-104, -20, 2, 2.6), '#6b3f3a', 'none');
  }
  if (cat) {
    const pale = mix(palette.ground, '#fffaf0', 0.7);
    extra += pen.part(ellipse(-91, -29, 9, 6), pale, 'none') + pen.line('M-98 -27Q-92 -23 -86 -25', dark, 1.4);
    extra += pen.line(`M-92 -29l-14 -3M-92 -27l-14 2`, '#fff', 0.7, 0.8);
  } else if (animal === 'zebra') extra += pen.part(ellipse(-102, -47, 8, 7), darker(palette.mark, 0.3), 'none');
  const [, , middle] = build.body;
  const belly = ellipse(middle![0] + 2, middle![1] + middle![2] * 0.98, 46, middle![2] * 0.34);
  pen.define(`<clipPath id="figure"><path d="${outline}"/></clipPath>`);
  return (
    pen.part(far, coat, 'none') +
    pen.dim(far, 0.38) +
    pen.part(tail, coat, 'none') +
    pen.line(tail, darker(palette.ground, 0.6), 0.8, 0.5) +
    (animal === 'giraffe' || animal === 'cow' || animal === 'zebra'
      ? pen.part(ellipse(build.tail.at(-1)![0], build.tail.at(-1)![1] + 4, 4.5, 9), dark, 'none')
      : '') +
    (cat ? pen.part(ellipse(build.tail.at(-1)![0] - 2, build.tail.at(-1)![1] + 1, 6), dark, 'none') : '') +
    pen.part(ear, mix(palette.ground, dark, 0.35), 'none') +
    `<path d="${outline}" fill="none" stroke="${darker(palette.ground, 0.6)}" stroke-width="2" stroke-opacity=".5"/>` +
    `<path d="${outline}" fill="${coat}"/>` +
    `<g clip-path="url(#figure)"><path d="${belly}" fill="${cat ? lighter(palette.ground, 0.7) : '#000'}" fill-opacity="${cat ? 0.3 : 0.14}"/><path d="${limb(build.head)}" fill="${palette.ground}" fill-opacity="${cat ? 0.45 : animal === 'giraffe' ? 0.35 : 0.1}"/><rect x="-120" y="-130" width="240" height="215" fill="url(#down)"/></g>` +
    extra +
    pen.part(ellipse(ex, ey, cat ? 3.4 : 2.8), cat ? '#d8c24a' : '#15100c', 'none') +
    pen.part(ellipse(ex - 0.5, ey, 1.7, 2.2), '#0d0a08', 'none') +
    pen.part(ellipse(nx + (cat ? 1 : 4), ny + 1, cat ? 3.4 : 1.8, cat ? 2.6 : 1.8), '#1c1311', 'none') +
    (cat
      ? pen.part(ellipse(hx + 1, hy - 14, 5, 5.5), darker(palette.ground, 0.3), 'none') +
        pen.part(ellipse(hx + 1, hy - 13, 2.6, 3), '#e7b7a0', 'none')
      : '')
  );
}

const LANDS: ReadonlyArray<readonly [sky: string, land: string, grass: string]> = [
  ['#bfe0f2', '#c9a95e', '#a88a3f'],
  ['#f4d9a8', '#b98e4a', '#8d6a30'],
  ['#cfe6ee', '#7fa85a', '#557f3c'],
  ['#dfe9ea', '#93a86a', '#6f8748'],
  ['#a9c9b0', '#3f6b41', '#2c4f31'],
];

/** The animal standing in a landscape. */
export const drawAnimal =
  (animal: Animal) =>
  (pen: Pen): Layer => {
    const { random } = pen;
    const [sky, land, grass] = random.pick(LANDS);
    const horizon = random.between(96, 150);
    const body = figure(pen, animal);
    const close = random.chance(0.25);
    const scale = close ? random.between(1.35, 1.9) : random.between(0.82, 1.12);
    const mirror = random.chance(0.5) ? -1 : 1;
    const [x, y] = close
      ? [120 + random.about(50), 150 + random.about(30)]
      : [120 + random.about(14), 132 + random.about(14)];
    const hill = `M-60 ${n(horizon)}Q${n(random.between(0, 100))} ${n(horizon - random.between(4, 34))} 140 ${n(horizon - 4)}T300 ${n(horizon - random.between(0, 16))}V300H-60Z`;
    let blades = '';
    for (let i = 0; i < 46; i++) {
      const [at, foot, tall] = [random.between(-10, 250), random.between(horizon + 20, 250), random.between(7, 20)];
      blades += `M${n(at)} ${n(foot)}q${n(random.about(3))} ${n(-tall / 2)} ${n(random.about(6))} ${n(-tall)}`;
    }
    const trees = random.chance(0.5)
      ? [0, 1]
          .map(() => {
            const [at, size] = [random.between(0, 240), random.between(12, 30)];
            return `<path d="M${n(at - 1.5)} ${n(horizon)}v${n(-size)}h3v${n(size)}Z" fill="#5b4630"/><ellipse cx="${n(at)}" cy="${n(horizon - size)}" rx="${n(size)}" ry="${n(size * 0.4)}" fill="${mix(grass, '#3a5a33', 0.5)}"/>`;
          })
          .join('')
      : '';
    const defs = `<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${sky}"/><stop offset="1" stop-color="${lighter(sky, 0.5)}"/></linearGradient><linearGradient id="land" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${lighter(land, 0.25)}"/><stop offset="1" stop-color="${darker(land, 0.2)}"/></linearGradient>`;
    return {
      defs: pen.defs + defs,
      markup: `<rect x="-60" y="-60" width="360" height="300" fill="url(#sky)"/>${trees}<path d="${hill}" fill="url(#land)"/><g transform="translate(${n(x)} ${n(y)}) scale(${(scale * mirror).toFixed(3)} ${scale.toFixed(3)})"><ellipse cx="6" cy="80" rx="92" ry="9" fill="#000" fill-opacity=".26"/>${body}</g><path d="${blades}" fill="none" stroke="${grass}" stroke-width="1.8" stroke-linecap="round"/>`,
    };
  };
