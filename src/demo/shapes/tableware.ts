import { darker, lighter, mix } from '../palette.ts';
import { curve, ellipse, n, type Point } from '../path.ts';
import type { ShapeMaker } from '../pen.ts';

/** A body of revolution: half widths at heights, mirrored. */
const lathe = (profile: readonly Point[]): string =>
  curve([...profile.map(([x, y]) => [-x, y] as const), ...[...profile].reverse()], true, 0.85);

export const mug: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [width, height] = [random.between(42, 50), random.between(46, 58)];
  const taper = random.between(0.84, 1);
  const rim = width * 0.2;
  const foot = width * taper;
  const body = `M${n(-width)} ${n(-height)}L${n(-foot)} ${n(height - 6)}Q${n(-foot)} ${n(height + rim)} 0 ${n(height + rim * 0.9)}Q${n(foot)} ${n(height + rim)} ${n(foot)} ${n(height - 6)}L${n(width)} ${n(-height)}Z`;
  const grip = random.pick([mix(palette.ground, palette.trim, 0.3), '#f3f0ea', palette.ground]);
  const handle = `M${n(width * 0.95)} ${n(-height * 0.55)}C${n(width * 1.95)} ${n(-height * 0.75)} ${n(width * 1.9)} ${n(height * 0.75)} ${n(foot * 0.95)} ${n(height * 0.5)}`;
  return {
    outline: body,
    foot: { y: height + rim * 0.7, width: foot },
    markup:
      pen.tube(handle, grip, random.between(11, 15)) +
      pen.surface(body, 'round') +
      pen.part(ellipse(0, -height, width, rim), lighter(grip, 0.25), 'none') +
      pen.part(
        ellipse(0, -height + 1.5, width * 0.9, rim * 0.8),
        random.pick(['#4a2c1b', '#5b3a22', '#efeae2', '#3a2a22']),
        'down',
      ),
  };
};

export const bottle: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [width, top] = [random.between(23, 29), random.between(34, 46)];
  const neck = random.between(9, 14);
  const body = `M${n(-neck)} ${n(-top - 14)}C${n(-neck)} ${n(-top + 4)} ${n(-width)} ${n(-top + 4)} ${n(-width)} ${n(-top + 26)}L${n(-width)} 76Q${n(-width)} 86 ${n(-width + 9)} 86L${n(width - 9)} 86Q${n(width)} 86 ${n(width)} 76L${n(width)} ${n(-top + 26)}C${n(width)} ${n(-top + 4)} ${n(neck)} ${n(-top + 4)} ${n(neck)} ${n(-top - 14)}Z`;
  const cap = `M${n(-neck - 2)} ${n(-top - 12)}v-20q0 -5 5 -5h${n(neck * 2 - 6)}q5 0 5 5v20Z`;
  const metal = random.pick(['#b9bdc2', '#2d2d30', palette.trim]);
  const loop = random.chance(0.5)
    ? pen.line(
        `M${n(-neck * 0.7)} ${n(-top - 36)}C${n(-neck * 0.8)} ${n(-top - 56)} ${n(neck * 0.8)} ${n(-top - 56)} ${n(neck * 0.7)} ${n(-top - 36)}`,
        metal,
        5,
      )
    : '';
  return {
    outline: body,
    foot: { y: 84, width },
    markup: `${loop}${pen.surface(body, 'round')}${pen.part(cap, metal, 'round')}${pen.line(`M${n(-neck - 2)} ${n(-top - 20)}h${n(neck * 2 + 4)}`, darker(metal, 0.4), 1, 0.6)}${pen.dim(`M${n(-width)} 79h${n(width * 2)}v2h${n(-width * 2)}Z`, 0.18)}`,
  };
};

export const plate: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const flat = random.between(0.62, 1);
  const radius = 82;
  const rim = ellipse(0, 0, radius, radius * flat);
  const well = ellipse(0, 1, radius * 0.66, radius * 0.66 * flat);
  const bare = random.chance(0.2);
  return {
    outline: rim,
    markup:
      pen.surface(rim, 'soft') +
      pen.line(ellipse(0, 0, radius - 2, (radius - 2) * flat), lighter(palette.ground, 0.5), 2.4, 0.8) +
      (bare ? pen.part(well, lighter(palette.ground, 0.75), 'soft') : pen.dim(well, 0.07)) +
      pen.line(well, '#000', 2.2, 0.3) +
      pen.line(ellipse(0, 3, radius * 0.655, radius * 0.65 * flat), '#fff', 2, 0.4) +
      pen.gloss(
        `M${n(-radius * 0.78)} ${n(-radius * 0.2 * flat)}A${n(radius * 0.8)} ${n(radius * 0.8 * flat)} 0 0 1 ${n(-radius * 0.1)} ${n(-radius * 0.8 * flat)}Q${n(-radius * 0.6)} ${n(-radius * 0.6 * flat)} ${n(-radius * 0.78)} ${n(-radius * 0.2 * flat)}Z`,
        0.3,
      ),
  };
};

export const teapot: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [width, height] = [random.between(46, 52), random.between(38, 44)];
  const body = `M-18 ${n(-height + 4)}C${n(-width)} ${n(-height + 8)} ${n(-width - 6)} ${n(height * 0.55)} ${n(-width * 0.55)} ${n(height + 4)}L${n(width * 0.55)} ${n(height + 4)}C${n(width + 6)} ${n(height * 0.55)} ${n(width)} ${n(-height + 8)} 18 ${n(-height + 4)}Z`;
  const spout = `M${n(width * 0.72)} ${n(height * 0.45)}C${n(width * 1.25)} ${n(height * 0.35)} ${n(width * 1.2)} ${n(-height * 0.35)} ${n(width * 1.75)} ${n(-height * 0.72)}L${n(width * 1.58)} ${n(-height * 0.92)}C${n(width * 1.05)} ${n(-height * 0.6)} ${n(width * 1.1)} ${n(-height * 0.2)} ${n(width * 0.75)} ${n(-height * 0.15)}Z`;
  const handle = `M${n(-width * 0.8)} ${n(-height * 0.5)}C${n(-width * 1.75)} ${n(-height * 0.8)} ${n(-width * 1.75)} ${n(height * 0.8)} ${n(-width * 0.82)} ${n(height * 0.5)}`;
  const lid = `M-25 ${n(-height + 7)}C-24 ${n(-height - 12)} 24 ${n(-height - 12)} 25 ${n(-height + 7)}Q0 ${n(-height + 13)} -25 ${n(-height + 7)}Z`;
  const trim = random.pick([palette.trim, palette.ground, darker(palette.ground, 0.25)]);
  return {
    outline: body,
    foot: { y: height + 6, width: width * 0.6 },
    markup: `${pen.tube(handle, trim, 10)}${pen.surface(spout, 'down')}${pen.surface(body, 'round')}${pen.part(`M${n(-width * 0.58)} ${n(height + 1)}h${n(width * 1.16)}l-3 8h${n(-width * 1.16 + 6)}Z`, trim)}${pen.surface(lid, 'soft')}${pen.line(`M-25 ${n(-height + 7)}Q0 ${n(-height + 13)} 25 ${n(-height + 7)}`, '#000', 1.6, 0.35)}${pen.part(ellipse(0, -height - 13, 7, 6.5), trim)}`,
  };
};

export const vase: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const profile = random.pick<Point[]>([
    [
      [15, -62],
      [13, -46],
      [22, -24],
      [42, 8],
      [42, 40],
      [26, 70],
      [22, 78],
    ],
    [
      [24, -62],
      [17, -48],
      [15, -34],
      [34, -8],
      [44, 24],
      [34, 58],
      [26, 78],
    ],
    [
      [26, -62],
      [36, -44],
      [40, -10],
      [34, 30],
      [24, 62],
      [24, 78],
    ],
    [
      [20, -62],
      [16, -44],
      [44, -20],
      [46, 4],
      [28, 44],
      [18, 70],
      [24, 78],
    ],
  ]);
  const body = lathe(profile);
  const mouth = profile[0]![0];
  const green = random.pick(['#5d8a4e', '#7a9a5c', '#8a7a4c']);
  let stems = '';
  if (random.chance(0.6))
    for (let i = random.int(2, 5); i > 0; i--) {
      const [x, y] = [random.between(-34, 34), random.between(-94, -82)];
      const stem = `M${n(random.about(mouth * 0.5))} -60Q${n(x * 0.3)} -74 ${n(x)} ${n(y)}`;
      const end = random.chance(0.5)
        ? pen.part(ellipse(x, y, 5, 5), random.pick(['#f3e3e6', '#e9c9a0', '#f6f2e4', '#d8cfe8']))
        : pen.part(`M${n(x)} ${n(y - 6)}q7 7 0 16q-7 -9 0 -16Z`, green);
      stems += pen.line(stem, green, 2) + end;
    }
  return {
    outline: body,
    foot: { y: 78, width: profile.at(-1)![0] },
    markup:
      stems +
      pen.surface(body, 'round') +
      pen.part(ellipse(0, -62, mouth, mouth * 0.22), darker(palette.ground, 0.6), 'none') +
      pen.line(ellipse(0, -62, mouth, mouth * 0.22), lighter(palette.ground, 0.3), 1.6),
  };
};
