import type { Random } from '../random.ts';
import { type Animal, BUILDS, type Build, type Spine } from './animal-builds.ts';

export type Stance = 'standing' | 'walking' | 'lying' | 'grazing' | 'reaching';

/** A build brought into a stance, and where that puts what is drawn on its head. */
export interface Stood extends Build {
  /** SVG transform from the standing head to this one. */
  readonly headTransform: string;
}

const moved = (spine: Spine, dx: number, dy: number): Spine => spine.map(([x, y, r]) => [x + dx, y + dy, r] as const);

function turned(spine: Spine, degrees: number, [px, py]: readonly [number, number]): Spine {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return spine.map(
    ([x, y, r]) => [px + (x - px) * cos - (y - py) * sin, py + (x - px) * sin + (y - py) * cos, r] as const,
  );
}

/** Down on the ground, fore legs stretched ahead, hind legs folded, the tail along the ground. */
function lying(build: Build): Stood {
  const [, , middle] = build.body;
  const drop = 76 - (middle![1] + middle![2]);
  const thick = build.fore[0]![2];
  return {
    ...build,
    body: moved(build.body, 0, drop),
    neck: moved(build.neck, 0, drop),
    head: moved(build.head, 0, drop),
    fore: [
      [-40, 54, thick],
      [-58, 68, thick * 0.66],
      [-80, 73, thick * 0.5],
      [-96, 76, thick * 0.42],
    ],
    hind: [
      [50, 54, thick * 1.6],
      [36, 68, thick],
      [12, 74, thick * 0.56],
      [-6, 77, thick * 0.42],
    ],
    tail: [
      [70, 40, 6],
      [92, 60, 5],
      [108, 72, 5],
      [122, 70, 5],
    ],
    headTransform: `translate(0 ${drop})`,
  };
}

/** The neck bent at the shoulder: down to the grass below 0 degrees, up or out above. */
function bent(build: Build, degrees: number): Stood {
  const [root] = build.neck;
  const pivot = [root![0], root![1]] as const;
  return {
    ...build,
    neck: turned(build.neck, degrees, pivot),
    head: turned(build.head, degrees, pivot),
    headTransform: `rotate(${degrees} ${pivot[0]} ${pivot[1]})`,
  };
}

export function stand(random: Random, animal: Animal, stance: Stance): Stood {
  const build = BUILDS[animal];
  if (stance === 'lying') return lying(build);
  if (stance === 'grazing') return bent(build, Math.round(random.between(-66, -50)));
  if (stance === 'reaching')
    return bent(build, Math.round(random.pick([random.between(-38, -18), random.between(8, 16)])));
  return bent(build, Math.round(random.about(6)));
}
