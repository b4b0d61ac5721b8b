import { mix } from '../palette.ts';
import { limb, n } from '../path.ts';
import { ground } from '../scenes/grounds.ts';
import { creases, type SubjectMaker } from './maker.ts';

/** Courses of a band around the origin: the end that lies below, which stops within the frame, and the length over it. */
const COURSES = [
  ['-64,-126 -38,-40 -64,48 -36,92', '-170,90 -70,10 30,-60 96,-28 50,40 76,110 120,190'],
  ['40,-170 62,-90 36,-20 66,84', '-190,-40 -110,30 -30,-40 50,30 120,-30 200,30'],
  ['-60,-170 -40,-50 30,30 88,92', '-180,120 -90,60 0,70 96,50 170,-30 200,-150'],
  ['-96,-88 -20,-70 60,-84 180,-60', '-190,10 -90,34 10,-4 90,50 190,20'],
] as const;

/** A scarf (with a fringe) or a ribbon: a long band on a plain ground, lying over its own end. */
export const band =
  (fringed: boolean): SubjectMaker =>
  (pen, print) => {
    const { random, palette } = pen;
    pen.print(print, 'subject', random.between(0.75, 1.3));
    const scene = ground(random);
    const wide = fringed ? random.between(28, 46) : random.between(16, 27);
    const [under, over] = random.pick(COURSES).map((course) =>
      course.split(' ').map((point) => {
        const [x, y] = point.split(',').map(Number);
        return [x! + random.about(18), y! + random.about(18), wide * random.between(0.9, 1.06)] as const;
      }),
    );
    const [[x0, y0], [x1, y1]] = under!.slice(-2) as unknown as [readonly number[], readonly number[]];
    const along = Math.atan2(y1! - y0!, x1! - x0!);
    const [cos, sin] = [Math.cos(along), Math.sin(along)];
    const threads = Array.from({ length: 13 }, (_, i) => {
      const aside = (i / 6 - 1) * wide * 0.94;
      const [x, y] = [x1! - sin * aside - cos * 3, y1! + cos * aside - sin * 3];
      return `M${n(x)} ${n(y)}l${n(cos * 22 + random.about(4))} ${n(sin * 22 + random.about(4))}`;
    }).join('');
    const laid = (path: string, id: string) =>
      `<path d="${path}" fill="#000" fill-opacity=".24" transform="translate(4 7)"/><clipPath id="${id}"><path d="${path}"/></clipPath>${pen.surface(path, 'none', 'url(#subject)')}<g clip-path="url(#${id})"><g transform="translate(-120 -120)">${creases(random, 4)}</g><path d="${path}" fill="none" stroke="#000" stroke-opacity=".16" stroke-width="12"/></g>`;
    const fringe = fringed ? pen.line(threads, mix(palette.ground, palette.trim, 0.3), 2.4) : '';
    return {
      defs: pen.defs + scene.defs,
      markup: `${scene.markup}<g transform="translate(120 120) rotate(${n(random.between(0, 360))}) scale(${random.pick([-1, 1])} 1)">${fringe}${laid(limb(under!), 'under')}${laid(limb(over!), 'over')}</g>`,
    };
  };
