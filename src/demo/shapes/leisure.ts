import { darker, lighter, mix } from '../palette.ts';
import { ellipse, n, rounded } from '../path.ts';
import type { ShapeMaker } from '../pen.ts';

export const guitar: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const electric = random.chance(0.3);
  const body = electric
    ? 'M-12 0C-14 -16 -40 -20 -40 2C-40 16 -30 22 -38 40C-50 66 -26 88 2 88C34 88 48 66 38 42C32 26 40 16 38 0C36 -14 18 -16 12 4Z'
    : 'M0 -10C22 -14 34 -2 32 14C30 26 44 34 45 54C46 76 26 88 0 88C-26 88 -46 76 -45 54C-44 34 -30 26 -32 14C-34 -2 -22 -14 0 -10Z';
  const wood = random.pick(['#8a5a34', '#5d3a22', '#c29a62', '#3a2a22']);
  const strings = [-3.4, -1.1, 1.1, 3.4].map((x) => `M${x} 62V-84`).join('');
  const frets = Array.from({ length: 7 }, (_, i) => `M-5.500 ${n(-62 + i * 9)}h11`).join('');
  const pegs = [-88, -81, -74].map((y) => ellipse(-10, y, 2.8) + ellipse(10, y, 2.8)).join('');
  return {
    outline: body,
    markup:
      pen.surface(body, 'soft') +
      pen.line(body, mix(palette.trim, '#f1e6cd', 0.2), 2.6) +
      (electric
        ? pen.part(rounded(-13, 30, 26, 6, 2), '#2a2a2c', 'none') +
          pen.part(rounded(-13, 44, 26, 6, 2), '#2a2a2c', 'none')
        : pen.part(ellipse(0, 26, 14), '#1c1512', 'none') + pen.line(ellipse(0, 26, 16), lighter(wood, 0.4), 2)) +
      pen.part('M-5.500 -64L-6.500 14H6.500L5.500 -64Z', darker(wood, 0.35), 'round') +
      pen.line(frets, '#cfc6b0', 0.9) +
      pen.part(pegs, '#d8d4c8', 'none') +
      pen.part('M-6 -64L-9 -92Q0 -96 9 -92L6 -64Z', wood, 'soft') +
      pen.part(rounded(-15, 60, 30, 6, 2), darker(wood, 0.3)) +
      pen.line(strings, '#efeadb', 0.7, 0.9),
  };
};

export const skateboard: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const wheel = random.pick(['#f2efe6', '#e8c547', '#d8574a', '#5aa7a0', '#33343a']);
  if (random.chance(0.4)) {
    // Seen from the side of its deck, standing on the wheels at an angle.
    const deck = 'M-90 -16Q-82 -22 -70 -10L70 -10Q82 -22 90 -16Q84 4 68 8H-68Q-84 4 -90 -16Z';
    const truck = (x: number) =>
      pen.part(`M${x - 13} 8h26l-7 12h-12Z`, '#9a9da3') +
      pen.part(ellipse(x, 25, 11.5), wheel, 'soft') +
      pen.part(ellipse(x, 25, 4), '#6a6c72', 'none');
    return {
      outline: deck,
      foot: { y: 36, width: 74 },
      markup:
        truck(-48) +
        truck(48) +
        pen.surface(deck, 'down') +
        pen.line('M-70 -10H70', mix(palette.trim, '#d9b98a', 0.5), 3),
    };
  }
  const half = random.between(22, 27);
  const deck = rounded(-half, -88, half * 2, 176, half);
  const truck = (y: number) =>
    pen.part(rounded(-half - 5, y - 6, 9, 13, 3), wheel) + pen.part(rounded(half - 4, y - 6, 9, 13, 3), wheel);
  const axle = (y: number) =>
    pen.part(rounded(-half + 3, y - 3, half * 2 - 6, 6, 3), '#a2a5ab', 'down') +
    pen.part(rounded(-7, y - 10, 14, 20, 3), '#8b8e95');
  const under = random.chance(0.6);
  const bolts = [-62, -52, 52, 62].map((y) => ellipse(-6, y, 1.7) + ellipse(6, y, 1.7)).join('');
  return {
    outline: deck,
    markup: under
      ? pen.surface(deck, 'round') + truck(-56) + truck(56) + axle(-56) + axle(56)
      : truck(-56) + truck(56) + pen.surface(deck, 'round') + pen.part(bolts, '#d8d8d6', 'none'),
  };
};
