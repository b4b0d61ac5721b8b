import { darker, lighter, mix } from '../palette.ts';
import { ellipse, limb, n } from '../path.ts';
import type { Pen } from '../pen.ts';
import { type Layer, linear, radial } from '../scenes/layer.ts';
import type { Animal, Spine } from './animal-builds.ts';
import { headOf, maneOf } from './animal-head.ts';
import { type Stance, stand } from './animal-stances.ts';
import { hairs } from './hides.ts';

const shifted = (spine: Spine, dx: number, swing: number): Spine =>
  spine.map(([x, y, r], i) => [x + dx + (swing * i) / (spine.length - 1), y, r * 0.94] as const);

function figure(pen: Pen, animal: Animal, stance: Stance): string {
  const { random, palette } = pen;
  const build = stand(random, animal, stance);
  const upright = animal === 'zebra' || animal === 'tiger';
  const coat = pen.print(animal, 'coat', build.scale * random.between(0.72, 1.4), upright ? 90 : 0);
  const stride = stance === 'walking' ? random.pick([-1, 1]) * random.between(12, 19) : random.about(9);
  const swing = stance === 'lying' ? 0 : stride;
  const far = limb(shifted(build.fore, 15, -swing - 4)) + limb(shifted(build.hind, -15, swing + 4));
  const near = [limb(shifted(build.fore, 0, swing)), limb(shifted(build.hind, 0, -swing))];
  const outline = [limb(build.body), limb(build.neck), ...near, limb(build.head)].join('');
  const tail = limb(build.tail);
  const cat = animal === 'leopard' || animal === 'tiger';
  const dark = animal === 'giraffe' || animal === 'cow' ? darker(palette.mark, 0.45) : palette.mark;
  const tip = build.tail.at(-1)!;
  const tuft = cat ? ellipse(tip[0] - 2, tip[1] + 1, 6) : ellipse(tip[0], tip[1] + 4, 4.5, 9);
  const [, , middle] = build.body;
  const belly = ellipse(middle![0] + 2, middle![1] + middle![2] * 0.98, 46, middle![2] * 0.34);
  const head = headOf(pen, animal);
  const onHead = (markup: string) => `<g transform="${build.headTransform}">${markup}</g>`;
  const udder = animal === 'cow' && stance !== 'lying' ? pen.part(ellipse(28, 27, 14, 8), '#eab7ad', 'soft') : '';
  pen.define(`<clipPath id="figure"><path d="${outline}"/></clipPath>`);
  pen.define(radial('flank', [0.42, 0.28], 0.75, [0, '#fff', 0.26], [0.5, '#fff', 0], [1, '#0c0608', 0.2]));
  const faceShare = cat ? 0.45 : animal === 'giraffe' ? 0.35 : 0.1;
  return (
    pen.part(far, coat, 'none') +
    pen.dim(far, 0.38) +
    pen.part(tail, coat, 'none') +
    pen.line(tail, darker(palette.ground, 0.6), 0.8, 0.5) +
    pen.part(tuft, dark, 'none') +
    udder +
    onHead(head.behind) +
    `<path d="${outline}" fill="none" stroke="${darker(palette.ground, 0.6)}" stroke-width="2" stroke-opacity=".5"/>` +
    `<path d="${outline}" fill="${coat}"/>` +
    `<g clip-path="url(#figure)"><path d="${belly}" fill="${cat ? lighter(palette.ground, 0.7) : '#000'}" fill-opacity="${cat ? 0.3 : 0.14}"/><path d="${limb(build.head)}" fill="${palette.ground}" fill-opacity="${faceShare}"/>${hairs(random, 24, [-90, -60, 90, 70])}<path d="${limb(build.body)}" fill="url(#flank)"/><rect x="-120" y="-130" width="240" height="215" fill="url(#down)" fill-opacity=".6"/></g>` +
    onHead(maneOf(pen, animal) + head.before)
  );
}

const LANDS: ReadonlyArray<readonly [sky: string, land: string, grass: string]> = [
  ['#bfe0f2', '#c9a95e', '#a88a3f'],
  ['#f4d9a8', '#b98e4a', '#8d6a30'],
  ['#cfe6ee', '#7fa85a', '#557f3c'],
  ['#dfe9ea', '#93a86a', '#6f8748'],
  ['#a9c9b0', '#3f6b41', '#2c4f31'],
  ['#e8c9c0', '#a88a6a', '#7a6242'],
  ['#9fc4e4', '#86a35f', '#5f7d40'],
];

/** A thick branch under an animal that lies at y = 80, with leaves. */
function branch(pen: Pen): string {
  const { random } = pen;
  const bark = random.pick(['#6b4f38', '#7a6248', '#54402f']);
  const course = `M-190 ${n(96 + random.about(12))}Q0 84 190 ${n(92 + random.about(16))}`;
  const leaves = Array.from({ length: 12 }, () => {
    const green = random.pick(['#4f7f42', '#6b9450', '#3f6b3c']);
    return `<path transform="translate(${n(random.pick([-1, 1]) * random.between(60, 150))} ${n(random.between(70, 112))}) rotate(${n(random.between(0, 360))})" d="M0 0Q9 -16 0 -32Q-9 -16 0 0Z" fill="${green}"/>`;
  }).join('');
  return (
    pen.line(course, darker(bark, 0.3), 27) +
    pen.line(course, bark, 21) +
    pen.line(course, lighter(bark, 0.25), 5, 0.5) +
    leaves
  );
}

/** The animal in a landscape, near or far. */
export const drawAnimal =
  (animal: Animal, stance: Stance = 'standing', onBranch = false) =>
  (pen: Pen): Layer => {
    const { random } = pen;
    const [sky, land, grass] = random.pick(LANDS);
    const horizon = onBranch ? random.between(190, 230) : random.between(96, 150);
    const body = figure(pen, animal, stance);
    const close = random.chance(0.25);
    const scale = close ? random.between(1.3, 1.8) : random.between(0.8, 1.12);
    const mirror = random.chance(0.5) ? -1 : 1;
    const lift = stance === 'lying' ? -28 : 0;
    const [x, y] = close
      ? [120 + random.about(46), 146 + lift + random.about(24)]
      : [120 + random.about(14), 132 + lift + random.about(14)];
    const hill = `M-60 ${n(horizon)}Q${n(random.between(0, 100))} ${n(horizon - random.between(4, 34))} 140 ${n(horizon - 4)}T300 ${n(horizon - random.between(0, 16))}V300H-60Z`;
    const far = `M-60 ${n(horizon)}Q40 ${n(horizon - random.between(14, 46))} 130 ${n(horizon - 8)}T300 ${n(horizon - random.between(10, 40))}V300H-60Z`;
    let blades = '';
    for (let i = 0; i < 46; i++) {
      const [at, foot, tall] = [random.between(-10, 250), random.between(horizon + 20, 250), random.between(7, 20)];
      blades += `M${n(at)} ${n(foot)}q${n(random.about(3))} ${n(-tall / 2)} ${n(random.about(6))} ${n(-tall)}`;
    }
    const tree = () => {
      const [at, size] = [random.between(0, 240), random.between(12, 30)];
      return `<path d="M${n(at - 1.5)} ${n(horizon)}v${n(-size)}h3v${n(size)}Z" fill="#5b4630"/><ellipse cx="${n(at)}" cy="${n(horizon - size)}" rx="${n(size)}" ry="${n(size * 0.4)}" fill="${mix(grass, '#3a5a33', 0.5)}"/>`;
    };
    const trees = random.chance(0.5) ? tree() + tree() : '';
    const under = onBranch
      ? branch(pen)
      : '<ellipse cx="6" cy="80" rx="96" ry="10" fill="#000" fill-opacity=".16"/><ellipse cx="6" cy="80" rx="78" ry="6" fill="#000" fill-opacity=".22"/>';
    return {
      defs:
        pen.defs +
        linear('sky', [0, 1], [0, sky], [1, lighter(sky, 0.5)]) +
        linear('land', [0, 1], [0, lighter(land, 0.25)], [1, darker(land, 0.2)]),
      markup: `<rect x="-60" y="-60" width="360" height="360" fill="url(#sky)"/><path d="${far}" fill="${mix(sky, grass, 0.45)}"/>${trees}<path d="${hill}" fill="url(#land)"/><g transform="translate(${n(x)} ${n(y)}) scale(${(scale * mirror).toFixed(3)} ${scale.toFixed(3)})">${under}${body}</g><path d="${blades}" fill="none" stroke="${grass}" stroke-width="1.8" stroke-linecap="round"/>`,
    };
  };
