import { darker, mix } from '../palette.ts';
import { curve, ellipse } from '../path.ts';
import type { Pen } from '../pen.ts';
import { type Animal, BUILDS } from './animal-builds.ts';

/** Eye, nose, ear, horns and mane of a standing animal; a stance moves them with the head. */
export function headOf(pen: Pen, animal: Animal): { readonly behind: string; readonly before: string } {
  const { palette } = pen;
  const build = BUILDS[animal];
  const cat = animal === 'leopard' || animal === 'tiger';
  const dark = animal === 'giraffe' || animal === 'cow' ? darker(palette.mark, 0.45) : palette.mark;
  const [[ex, ey], [nx, ny], [hx, hy]] = [build.eye, build.nose, build.head[1]!];
  const {
    at: [x, y],
    size: [width, height],
    round,
  } = build.ear;
  const ear = round
    ? ellipse(x, y, width, height)
    : curve([
        [x - width / 2, y + height / 2],
        [x - width * 0.2, y - height / 2],
        [x + width, y - height],
        [x + width, y + height / 2],
      ]);
  const own: Record<Animal, () => string> = {
    zebra: () => pen.part(ellipse(-102, -47, 8, 7), darker(palette.mark, 0.3), 'none'),
    giraffe: () =>
      pen.line('M-57 -110L-60 -123M-52 -108L-52 -121', palette.mark, 3.4) +
      pen.part(ellipse(-60, -123, 3) + ellipse(-52, -121, 3), dark, 'none'),
    cow: () =>
      pen.line('M-74 -60Q-84 -66 -86 -76', '#e9dfc8', 6) +
      pen.part(ellipse(-100, -18, 11, 10), '#e5b3a6', 'none') +
      pen.part(ellipse(-104, -20, 2, 2.6), '#6b3f3a', 'none'),
    leopard: () => muzzle,
    tiger: () => muzzle,
  };
  const muzzle =
    pen.part(ellipse(-91, -29, 9, 6), mix(palette.ground, '#fffaf0', 0.7), 'none') +
    pen.line('M-98 -27Q-92 -23 -86 -25', dark, 1.4) +
    pen.line('M-92 -29l-14 -3M-92 -27l-14 2', '#fff', 0.7, 0.8);
  const nearEar = cat
    ? pen.part(ellipse(hx + 1, hy - 14, 5, 5.5), darker(palette.ground, 0.3), 'none') +
      pen.part(ellipse(hx + 1, hy - 13, 2.6, 3), '#e7b7a0', 'none')
    : '';
  return {
    behind: pen.part(ear, mix(palette.ground, dark, 0.35), 'none'),
    before:
      own[animal]() +
      pen.part(ellipse(ex, ey, cat ? 3.4 : 2.8), cat ? '#d8c24a' : '#15100c', 'none') +
      pen.part(ellipse(ex - 0.5, ey, 1.7, 2.2), '#0d0a08', 'none') +
      pen.part(ellipse(nx + (cat ? 1 : 4), ny + 1, cat ? 3.4 : 1.8, cat ? 2.6 : 1.8), '#1c1311', 'none') +
      nearEar,
  };
}

/** The mane along the back of the neck, in the standing animal's place. */
export function maneOf(pen: Pen, animal: Animal): string {
  if (animal === 'giraffe') return pen.line('M-14 -26Q-30 -60 -46 -104', pen.palette.mark, 4);
  if (animal !== 'zebra') return '';
  const [low, mid, high] = BUILDS.zebra.neck;
  return pen.line(
    `M${low![0] + 20} ${low![1] - 14}Q${mid![0] + 16} ${mid![1] - 16} ${high![0] + 8} ${high![1] - 16}`,
    pen.palette.mark,
    8,
  );
}
