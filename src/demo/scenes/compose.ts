import type { Shape } from '../pen.ts';
import type { Random } from '../random.ts';
import { backdrop } from './backdrop.ts';
import { ground } from './grounds.ts';
import { hand } from './hands.ts';
import { inset } from './insets.ts';
import type { Layer, Style } from './layer.ts';
import { place } from './places.ts';
import { type Pose, pose } from './pose.ts';
import { shadow } from './shadow.ts';
import { lying } from './strewn.ts';
import { standing } from './things.ts';

/** The thing in its pose; `behind` and `before` move with it. */
const put = ({ transform }: Pose, shape: Shape, behind: string, before = ''): string =>
  `<g transform="${transform}">${behind}${shape.markup}${before}</g>`;

/** Something of the scene that hides an edge of the thing, up to a fifth of it. */
function occluder(random: Random, { x, y, scale }: Pose, above: boolean): string {
  const side = random.pick([-1, 1]);
  const size = scale * random.between(0.55, 0.9);
  const at = x + side * scale * random.between(62, 84);
  return above
    ? lying(random, at, y + random.pick([-1, 1]) * scale * random.between(40, 72), size)
    : standing(random, at, y + scale * random.between(86, 100), size);
}

function onPlainGround(random: Random, style: Style, shape: Shape, id = ''): Layer {
  const view = pose(random, style);
  const scene = backdrop(random, style, shape.foot !== undefined, id);
  const cast = shadow(random, shape);
  return { defs: scene.defs + cast.defs, markup: scene.markup + put(view, shape, cast.markup) };
}

/** Lying where it was put down, seen from above. */
function lyingAbout(random: Random, shape: Shape): Layer {
  const view = pose(random, 'varied', true);
  const scene = ground(random);
  const cast = shadow(random, shape, true);
  const hiding = random.chance(0.3) ? occluder(random, view, true) : '';
  return { defs: scene.defs + cast.defs, markup: scene.markup + put(view, shape, cast.markup) + hiding };
}

/** Standing in a room or in the open; what has no foot leans or hangs there. */
function inPlace(random: Random, shape: Shape): Layer {
  const view = pose(random, 'varied');
  const scene = place(random, view.y + view.scale * (shape.foot?.y ?? 76) + 12);
  const cast = shadow(random, shape);
  const hiding = random.chance(0.3) ? occluder(random, view, false) : '';
  return { defs: scene.defs + cast.defs, markup: scene.markup + put(view, shape, cast.markup) + hiding };
}

function held(random: Random, shape: Shape): Layer {
  const view = pose(random, 'varied');
  const scene = random.pick([
    () => backdrop(random, 'varied', false),
    () => place(random, random.between(170, 226)),
    () => ground(random),
  ])();
  const { behind, before } = hand(random, shape.outline);
  return { defs: scene.defs, markup: scene.markup + put(view, shape, behind, before) };
}

/** A picture of it, seen in another picture. */
function pictured(random: Random, shape: Shape): Layer {
  const scene = random.chance(0.5) ? place(random, random.between(180, 226)) : ground(random);
  return inset(random, scene, onPlainGround(random, 'studio', shape, 'inner-'));
}

/** A thing in a scene. `holdable`: small enough to be held up to the camera. */
export function compose(random: Random, style: Style, shape: Shape, holdable: boolean): Layer {
  if (style === 'studio') return onPlainGround(random, style, shape);
  const way = random.next();
  if (way < 0.3) return onPlainGround(random, style, shape);
  if (way < 0.56) return lyingAbout(random, shape);
  if (way < 0.76 || (way < 0.9 && !holdable)) return inPlace(random, shape);
  return way < 0.9 ? held(random, shape) : pictured(random, shape);
}
