import { darker, lighter, mix, type Palette } from './palette.ts';
import { n } from './path.ts';
import { pattern } from './prints/print.ts';
import type { Random } from './random.ts';
import type { Print } from './vocabulary.ts';

/** Direction of the shading over a printed part. */
export type Shade = 'round' | 'soft' | 'down' | 'none';

const SHADES: Record<Exclude<Shade, 'none'>, string> = {
  round:
    '<linearGradient id="round"><stop offset="0" stop-color="#000" stop-opacity=".34"/><stop offset=".22" stop-color="#fff" stop-opacity=".1"/><stop offset=".34" stop-color="#fff" stop-opacity=".24"/><stop offset=".52" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".42"/></linearGradient>',
  soft: '<linearGradient id="soft" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".24"/><stop offset=".4" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".3"/></linearGradient>',
  down: '<linearGradient id="down" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".2"/><stop offset=".45" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".38"/></linearGradient>',
};

/** Draws the parts of one thing: printed surfaces, plain parts, lines. Everything is laid around the origin. */
export class Pen {
  readonly random: Random;
  readonly palette: Palette;
  /** Prints are drawn by the generator that training never meets. */
  readonly heldOut: boolean;
  readonly #defs: string[] = [];

  constructor(random: Random, palette: Palette, heldOut = false) {
    this.random = random;
    this.palette = palette;
    this.heldOut = heldOut;
  }

  get defs(): string {
    return Object.values(SHADES).join('') + this.#defs.join('');
  }

  define(markup: string): void {
    this.#defs.push(markup);
  }

  /** Makes the print available as the fill `url(#id)`. */
  print(print: Print, id: string, scale: number, turn = 0): string {
    this.#defs.push(pattern(print, this.palette, this.random, { id, scale, turn, heldOut: this.heldOut }));
    return `url(#${id})`;
  }

  /** A part covered by the print. */
  surface(path: string, shade: Shade = 'soft', fill = 'url(#print)'): string {
    return (
      this.part(path, fill, shade) +
      this.line(path, darker(mix(this.palette.ground, this.palette.mark, 0.4), 0.35), 0.9, 0.5)
    );
  }

  part(path: string, fill: string, shade: Shade = 'soft'): string {
    const shading = shade === 'none' ? '' : `<path d="${path}" fill="url(#${shade})"/>`;
    return `<path d="${path}" fill="${fill}"/>${shading}`;
  }

  line(path: string, color: string, width: number, opacity = 1): string {
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round"${opacity < 1 ? ` stroke-opacity="${opacity}"` : ''}/>`;
  }

  /** A tube: a thick line with a light along it. */
  tube(path: string, color: string, width: number): string {
    return (
      this.line(path, darker(color, 0.25), width) +
      this.line(path, color, width * 0.8) +
      this.line(path, lighter(color, 0.4), width * 0.25, 0.5)
    );
  }

  gloss(path: string, opacity: number): string {
    return `<path d="${path}" fill="#fff" fill-opacity="${opacity}"/>`;
  }

  dim(path: string, opacity: number): string {
    return `<path d="${path}" fill="#000" fill-opacity="${opacity}"/>`;
  }
}

/** A drawn thing around the origin, within 90 units. */
export interface Shape {
  readonly markup: string;
  /** Silhouette, for the shadow of things that lie or hang. */
  readonly outline: string;
  /** Where it touches the ground (units below the origin) and how wide; absent when it lies flat or hangs. */
  readonly foot?: { readonly y: number; readonly width: number };
}
export type ShapeMaker = (pen: Pen) => Shape;
