import { n } from '../path.ts';

/** Side of every drawing, in its own units; it renders at any number of pixels. */
export const VIEW = 240;

/** `studio`: as a shop photographs. `varied`: as anybody does, with clutter, odd light and a poor camera. */
export type Style = 'studio' | 'varied';

/** Markup with the definitions (gradients, patterns, clips) that it names. */
export interface Layer {
  readonly defs: string;
  readonly markup: string;
}

export const stacked = (...layers: readonly Layer[]): Layer => ({
  defs: layers.map(({ defs }) => defs).join(''),
  markup: layers.map(({ markup }) => markup).join(''),
});

/** A rectangle over the frame from `y` down. It reaches past the frame, which may be scaled or blurred. */
export const cover = (fill: string, y = -60, opacity = 1): string =>
  `<rect x="-60" y="${n(y)}" width="360" height="${n(300 - y)}" fill="${fill}"${opacity < 1 ? ` fill-opacity="${opacity.toFixed(2)}"` : ''}/>`;

type Stop = readonly [offset: number, color: string, opacity?: number];
const stops = (list: readonly Stop[]): string =>
  list
    .map(
      ([offset, color, opacity = 1]) =>
        `<stop offset="${offset}" stop-color="${color}"${opacity < 1 ? ` stop-opacity="${opacity.toFixed(2)}"` : ''}/>`,
    )
    .join('');

/** A linear gradient; `to` is where it ends in the box of what it fills, from the top left. */
export const linear = (id: string, to: readonly [x: number, y: number], ...list: readonly Stop[]): string =>
  `<linearGradient id="${id}" x1="0" y1="0" x2="${n(to[0])}" y2="${n(to[1])}">${stops(list)}</linearGradient>`;

export const radial = (id: string, center: readonly [x: number, y: number], radius: number, ...list: readonly Stop[]) =>
  `<radialGradient id="${id}" cx="${center[0].toFixed(2)}" cy="${center[1].toFixed(2)}" r="${radius.toFixed(2)}">${stops(list)}</radialGradient>`;

/** A tile repeated over whatever it fills. */
export const tiled = (id: string, width: number, height: number, markup: string, transform = ''): string =>
  `<pattern id="${id}" width="${n(width)}" height="${n(height)}" patternUnits="userSpaceOnUse"${transform && ` patternTransform="${transform}"`}>${markup}</pattern>`;

/** A soft-edged line from strokes laid over one another, which costs far less than a blur. */
export const softLine = (path: string, color: string, width: number, opacity: number): string =>
  [1, 0.7, 0.45, 0.2]
    .map(
      (share) =>
        `<path d="${path}" fill="none" stroke="${color}" stroke-width="${n(width * share)}" stroke-opacity="${(opacity / 4).toFixed(3)}" stroke-linecap="round"/>`,
    )
    .join('');

export const document = ({ defs, markup }: Layer): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${VIEW}" height="${VIEW}" viewBox="0 0 ${VIEW} ${VIEW}"><defs>${defs}</defs>${markup}</svg>`;
