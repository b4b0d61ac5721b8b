import type { Point } from '../path.ts';

export type Spine = ReadonlyArray<readonly [x: number, y: number, radius: number]>;
export type Animal = 'leopard' | 'zebra' | 'tiger' | 'cow' | 'giraffe';

/** An animal seen from its left side, facing left; hooves or paws stand at y = 80. */
export interface Build {
  readonly body: Spine;
  readonly neck: Spine;
  readonly head: Spine;
  /** Hip or shoulder, knee, ankle, foot of the fore and the hind leg. */
  readonly fore: Spine;
  readonly hind: Spine;
  readonly tail: Spine;
  readonly eye: Point;
  readonly nose: Point;
  readonly ear: {
    readonly at: Point;
    readonly size: readonly [width: number, height: number];
    readonly round: boolean;
  };
  /** Tiles per animal: small for a fine coat. */
  readonly scale: number;
}

const CAT: Build = {
  body: [
    [66, 4, 20],
    [48, -4, 26],
    [10, -2, 25],
    [-26, -6, 27],
    [-50, -8, 21],
  ],
  neck: [
    [-34, -8, 20],
    [-54, -22, 18],
    [-69, -36, 15],
  ],
  head: [
    [-62, -38, 15],
    [-74, -40, 18],
    [-88, -35, 12],
    [-96, -31, 7],
  ],
  fore: [
    [-42, 4, 15],
    [-44, 30, 10],
    [-43, 54, 7.5],
    [-45, 72, 7],
    [-51, 77, 6],
  ],
  hind: [
    [56, 6, 20],
    [60, 30, 14],
    [68, 48, 8],
    [62, 70, 7],
    [55, 77, 6],
  ],
  tail: [
    [70, -4, 7],
    [88, 10, 6],
    [98, 34, 5.5],
    [108, 46, 5],
    [118, 40, 5],
  ],
  eye: [-81, -43],
  nose: [-101, -33],
  ear: { at: [-66, -55], size: [8, 9], round: true },
  scale: 0.72,
};

const HORSE: Build = {
  body: [
    [64, -8, 24],
    [44, -14, 29],
    [6, -8, 28],
    [-26, -10, 29],
    [-48, -14, 22],
  ],
  neck: [
    [-36, -22, 25],
    [-56, -48, 18],
    [-68, -70, 14],
  ],
  head: [
    [-62, -74, 13],
    [-74, -72, 14],
    [-88, -60, 11],
    [-99, -50, 9],
    [-104, -46, 7],
  ],
  fore: [
    [-40, 4, 14],
    [-40, 30, 8],
    [-40, 52, 5.5],
    [-41, 74, 5],
    [-43, 80, 6],
  ],
  hind: [
    [58, -4, 20],
    [60, 24, 12],
    [66, 44, 6.5],
    [61, 72, 5],
    [59, 80, 6],
  ],
  tail: [
    [82, -18, 4],
    [92, 4, 3.5],
    [93, 26, 4],
    [92, 46, 6],
  ],
  eye: [-76, -72],
  nose: [-105, -48],
  ear: { at: [-62, -90], size: [5, 13], round: false },
  scale: 0.78,
};

const CATTLE: Build = {
  body: [
    [72, -14, 22],
    [54, -14, 30],
    [8, -6, 34],
    [-30, -12, 32],
    [-56, -16, 24],
  ],
  neck: [
    [-42, -22, 26],
    [-62, -32, 20],
    [-74, -42, 15],
  ],
  head: [
    [-68, -46, 14],
    [-80, -44, 16],
    [-92, -30, 13],
    [-99, -20, 11],
  ],
  fore: [
    [-44, 8, 16],
    [-44, 34, 9.5],
    [-44, 56, 7],
    [-44, 74, 6.5],
    [-45, 80, 7],
  ],
  hind: [
    [62, 0, 21],
    [62, 28, 12],
    [68, 48, 7.5],
    [64, 74, 6.5],
    [62, 80, 7],
  ],
  tail: [
    [88, -28, 4],
    [97, 0, 3],
    [96, 28, 3],
    [97, 42, 6.5],
  ],
  eye: [-82, -47],
  nose: [-104, -16],
  ear: { at: [-62, -52], size: [14, 7], round: true },
  scale: 1.05,
};

const TALL: Build = {
  body: [
    [48, 14, 18],
    [34, 4, 22],
    [6, 0, 23],
    [-18, -8, 24],
    [-32, -14, 19],
  ],
  neck: [
    [-22, -8, 22],
    [-36, -42, 14],
    [-48, -76, 10],
    [-56, -100, 8],
  ],
  head: [
    [-52, -102, 9],
    [-62, -104, 10],
    [-76, -97, 7.5],
    [-86, -92, 6],
  ],
  fore: [
    [-26, 6, 13],
    [-28, 30, 7.5],
    [-27, 52, 5],
    [-28, 74, 4.5],
    [-30, 80, 5.5],
  ],
  hind: [
    [42, 16, 15],
    [44, 36, 8],
    [48, 52, 5],
    [45, 74, 4.5],
    [43, 80, 5.5],
  ],
  tail: [
    [62, 6, 3],
    [71, 24, 2],
    [72, 42, 2.5],
    [72, 50, 4.5],
  ],
  eye: [-66, -106],
  nose: [-90, -95],
  ear: { at: [-50, -112], size: [9, 4.5], round: false },
  scale: 0.68,
};

export const BUILDS: Record<Animal, Build> = { leopard: CAT, tiger: CAT, zebra: HORSE, cow: CATTLE, giraffe: TALL };
