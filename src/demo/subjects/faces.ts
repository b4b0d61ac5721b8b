import type { Point } from '../path.ts';

/** A head seen from the front, around the origin: its right half, mirrored. */
export interface Face {
  readonly half: readonly Point[];
  readonly eye: Point;
  readonly muzzle: { readonly y: number; readonly rx: number; readonly ry: number };
  readonly neck: readonly [top: number, bottom: number];
  readonly scale: number;
}

export const FACES: Record<'cat' | 'zebra' | 'cow' | 'giraffe', Face> = {
  cat: {
    half: [
      [0, -64],
      [30, -62],
      [58, -42],
      [66, -6],
      [54, 28],
      [34, 54],
      [0, 64],
    ],
    eye: [26, -8],
    muzzle: { y: 34, rx: 17, ry: 15 },
    neck: [54, 104],
    scale: 0.52,
  },
  zebra: {
    half: [
      [0, -86],
      [20, -82],
      [37, -56],
      [39, -20],
      [28, 30],
      [30, 62],
      [21, 84],
      [0, 90],
    ],
    eye: [31, -28],
    muzzle: { y: 70, rx: 29, ry: 22 },
    neck: [36, 74],
    scale: 0.62,
  },
  cow: {
    half: [
      [0, -68],
      [34, -66],
      [50, -42],
      [46, -4],
      [35, 34],
      [40, 60],
      [27, 82],
      [0, 86],
    ],
    eye: [34, -20],
    muzzle: { y: 62, rx: 37, ry: 23 },
    neck: [46, 108],
    scale: 0.85,
  },
  giraffe: {
    half: [
      [0, -74],
      [18, -74],
      [35, -50],
      [36, -26],
      [22, 14],
      [22, 44],
      [17, 66],
      [0, 72],
    ],
    eye: [32, -34],
    muzzle: { y: 50, rx: 21, ry: 21 },
    neck: [30, 62],
    scale: 0.6,
  },
};
