import { darker, lighter, mix } from '../palette.ts';
import { blob, n } from '../path.ts';
import { heartOf, leafGreen, ring, sprig, turned } from './petals.ts';
import { fill, oneOf, type PrintMaker, scattered, stamped, stroke } from './tile.ts';

/** Open blossoms of five to eight petals with leaves behind them. */
const blossoms: PrintMaker = ({ ground, mark, accent }, random) => {
  const columns = random.pick([2, 3]);
  const green = leafGreen(random, ground);
  const base = columns === 2 ? random.between(13, 17) : random.between(9.5, 12);
  let markup = '';
  for (const [x, y] of scattered(random, columns, 4, 0.14)) {
    const size = base * random.between(0.8, 1.1);
    const petal = random.pick([mark, mark, mark, lighter(mark, 0.35), accent]);
    const heart = heartOf(random);
    const petals = random.pick([5, 5, 6, 8]);
    const wide = (petals === 8 ? 0.22 : petals === 6 ? 0.3 : 0.36) * size;
    const leaves = [0, 1, 2]
      .map((i) => turned(i * 120 + random.between(0, 90), size * 0.7, fill(green, sprig(size * 0.8))))
      .join('');
    const bloom = `${ring(petals, size, wide, random.between(0, 360), petal, lighter(petal, 0.1))}<circle r="${n(size * 0.24)}" fill="${heart}"/><circle r="${n(size * 0.1)}" fill="${darker(heart, 0.3)}"/>`;
    markup += stamped(x, y, size * 1.7, leaves + bloom);
  }
  return markup;
};

/** Little flowers strewn close together with buds and leaves: the ditsy print of a summer dress. */
const ditsy: PrintMaker = ({ ground, mark, accent }, random) => {
  const columns = random.pick([3, 4]);
  const size = columns === 3 ? random.between(8, 9.5) : random.between(6, 7.2);
  const green = leafGreen(random, ground);
  const heart = heartOf(random);
  let markup = '';
  for (const [x, y] of scattered(random, columns, 6, 0.22)) {
    const turn = random.between(0, 360);
    const petal = random.pick([mark, mark, accent, lighter(mark, 0.4)]);
    if (random.chance(0.2)) {
      const bud = `${stroke(green, 0.9, `M0 ${n(size)}Q2 ${n(size * 0.3)} 0 0`)}${fill(green, `M0 ${n(size * 0.8)}Q4 ${n(size * 0.2)} 5 ${n(size * 0.4)}Q4 ${n(size)} 0 ${n(size * 0.8)}Z`)}<circle r="${n(size * 0.42)}" fill="${petal}"/>`;
      markup += stamped(x, y, size * 1.5, bud, turn);
      continue;
    }
    const dots = [0, 72, 144, 216, 288]
      .map((angle) => {
        const [dx, dy] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
        return `<circle cx="${n(dx * size * 0.5)}" cy="${n(dy * size * 0.5)}" r="${n(size * 0.36)}"/>`;
      })
      .join('');
    const leaves =
      turned(30, size * 0.6, fill(green, sprig(size * 0.9))) + turned(170, size * 0.6, fill(green, sprig(size * 0.8)));
    markup += stamped(
      x,
      y,
      size * 1.6,
      `${leaves}<g fill="${petal}">${dots}</g><circle r="${n(size * 0.3)}" fill="${heart}"/>`,
      turn,
    );
  }
  return markup;
};

/** Large garden roses: petals laid around each other from dark to light, over two or three leaves. */
const roses: PrintMaker = ({ ground, mark, accent }, random) => {
  const green = leafGreen(random, ground);
  let markup = '';
  for (const [x, y] of scattered(random, 2, random.pick([2, 4]), 0.12)) {
    const size = random.between(13, 18);
    const color = random.pick([mark, mark, mark, accent]);
    const leaves = [0, 1, 2]
      .map((i) => {
        const rib = stroke(lighter(green, 0.35), 0.7, `M1 0L${n(size * 0.75)} 0`);
        return turned(
          i * 120 + random.between(0, 80),
          size * 0.75,
          fill(i ? green : darker(green, 0.2), sprig(size * 0.95)) + rib,
        );
      })
      .join('');
    let rose = fill(darker(color, 0.22), blob(random, 0, 0, size, size * 0.96, 0.1, 6));
    for (let i = 0; i < 9; i++) {
      // Each petal sits a golden angle on from the last and nearer the heart.
      const angle = i * 2.4;
      const out = size * (0.52 - i * 0.045);
      const span = size * (0.56 - i * 0.042);
      const tone = i % 2 ? lighter(color, 0.08 + i * 0.03) : mix(color, darker(color, 0.2), 0.5 - i * 0.04);
      rose += fill(tone, blob(random, Math.cos(angle) * out, Math.sin(angle) * out, span, span * 0.85, 0.08, 6));
    }
    const coil = Array.from(
      { length: 9 },
      (_, i) => `${n(Math.cos(i * 1.1) * size * 0.032 * i)} ${n(Math.sin(i * 1.1) * size * 0.032 * i)}`,
    );
    rose += stroke(darker(color, 0.42), size * 0.055, `M${coil.join('L')}`);
    markup += stamped(x, y, size * 1.75, leaves + rose, random.between(0, 360));
  }
  return markup;
};

/** Daisies: many narrow petals, often white, around a large heart. */
const daisies: PrintMaker = ({ ground, mark, accent }, random) => {
  const columns = random.pick([2, 3]);
  const size = columns === 2 ? random.between(14, 18) : random.between(10.5, 12.5);
  const [petals, heart] = [random.int(9, 13), random.pick(['#f3b92f', '#f6d04d', '#8a4b22'])];
  const tall = random.chance(0.5);
  let markup = '';
  for (const [x, y] of scattered(random, columns, 4, 0.16)) {
    const scale = size * random.pick([0.65, 0.9, 1, 1.1]);
    const petal = random.pick([mark, mark, mark, mix(mark, accent, 0.4)]);
    const stem = tall
      ? stroke(
          leafGreen(random, ground),
          1.3,
          `M0 0Q${n(scale * 0.4)} ${n(scale)} ${n(random.about(6))} ${n(scale * 1.9)}`,
        )
      : '';
    const bloom = ring(petals, scale, scale * 0.13, random.between(0, 30), petal, lighter(petal, 0.18));
    markup += stamped(
      x,
      y,
      scale * 2,
      `${stem}${bloom}<circle r="${n(scale * 0.3)}" fill="${heart}"/><circle r="${n(scale * 0.15)}" fill="${darker(heart, 0.18)}"/>`,
    );
  }
  return markup;
};

/** Folk tulips standing in rows on their stems, two leaves each. */
const tulips: PrintMaker = ({ ground, mark, accent }, random) => {
  const columns = random.pick([3, 4]);
  const unit = columns === 3 ? 1.25 : 0.95;
  const green = leafGreen(random, ground);
  const u = (value: number) => n(value * unit);
  let markup = '';
  for (const [x, y] of scattered(random, columns, 4, 0.07)) {
    const [color, inner] = random.pick([
      [mark, accent],
      [mark, lighter(mark, 0.4)],
      [accent, mark],
    ] as const);
    const stem = `${stroke(green, 1.3 * unit, `M0 0L0 ${u(12)}`)}${fill(green, `M0 ${u(12)}Q${u(-9)} ${u(8)} ${u(-7)} ${u(0)}Q${u(-1)} ${u(5)} 0 ${u(12)}Q${u(1)} ${u(5)} ${u(7)} ${u(0)}Q${u(9)} ${u(8)} 0 ${u(12)}Z`)}`;
    const cup = `${fill(color, `M${u(-6.5)} ${u(-12)}Q${u(-9)} ${u(1)} 0 ${u(1)}Q${u(9)} ${u(1)} ${u(6.5)} ${u(-12)}L${u(3.2)} ${u(-7.5)}L0 ${u(-13)}L${u(-3.2)} ${u(-7.5)}Z`)}${fill(inner, `M0 ${u(-10)}Q${u(-4.4)} ${u(-4)} 0 ${u(-0.6)}Q${u(4.4)} ${u(-4)} 0 ${u(-10)}Z`)}`;
    markup += stamped(x, y, 15 * unit, stem + cup, random.about(10));
  }
  return markup;
};

export const floral = oneOf(blossoms, blossoms, ditsy, roses, daisies, tulips);
