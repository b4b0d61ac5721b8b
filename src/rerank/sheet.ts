import type { Picture } from '../image/decoder.ts';
import type { Part, Renderer } from '../image/renderer.ts';
import { BADGE, BADGES, BLUE, QUESTION } from './digits.ts';

export interface SheetInput {
  /** 1 to 9 thumbnails, files that we wrote, in the order of their numbers; null where the picture is gone: an empty tile. */
  readonly tiles: readonly (Uint8Array | null)[];
  readonly query: Picture | undefined;
}

export interface Sheet {
  readonly jpeg: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

type Box = Part['box'];

/** Side of a tile and width of the query panel in pixels: a crop of Phi-3-vision, and twelve tokens of Qwen2.5-VL. */
const TILE = 336;
const COLUMNS = 3;
const MOST_TILES = 9;

/** Widths of what is drawn inside the tiles and the panel, in pixels. */
const TILE_BORDER = 3;
const PANEL_BORDER = 8;

/** A detail narrower or lower than this, in pixels, would show nothing. */
const LEAST_DETAIL = 80;
/** A detail shows things at least this many times as large as the whole picture beside it does. */
const MAGNIFICATION = 2;

/**
 * The size in pixels of a sheet of 1 to 9 tiles, with the query panel or without: 1344 x 1008 for nine and a query.
 * @throws RangeError for another number of tiles.
 */
export function sheetSize(tiles: number, query: boolean): { width: number; height: number } {
  if (!Number.isInteger(tiles) || tiles < 1 || tiles > MOST_TILES)
    throw new RangeError(`A sheet has 1 to ${MOST_TILES} tiles, not ${tiles}.`);
  const columns = Math.min(tiles, COLUMNS);
  return { width: (columns + (query ? 1 : 0)) * TILE, height: Math.ceil(tiles / COLUMNS) * TILE };
}

/** Draws what the vision model looks at: numbered tiles, row by row, and at their right the query picture in a blue frame marked "?". */
export class SheetDrawer {
  readonly #renderer: Renderer;
  #badges: Promise<Picture[]> | undefined;

  constructor(renderer: Renderer) {
    this.#renderer = renderer;
  }

  async draw({ tiles, query }: SheetInput): Promise<Sheet> {
    const size = sheetSize(tiles.length, query !== undefined);
    const badges = await this.#drawnBadges();
    const parts = [
      solid(GRAY, { left: 0, top: 0, ...size }),
      ...tiles.flatMap((thumbnail, at) => tileParts(thumbnail, at, badges[at]!)),
      ...(query ? panelParts(query, panelBox(size), badges[QUESTION]!) : []),
    ];
    return { jpeg: await this.#renderer.compose(parts, size), ...size };
  }

  /** Drawn once; tried again if that failed. */
  #drawnBadges(): Promise<Picture[]> {
    this.#badges ??= this.#renderer
      .render(BADGES.svg, BADGES)
      .then((row) =>
        Array.from({ length: row.width / BADGE }, (_, at) =>
          cut(row, { left: at * BADGE, top: 0, width: BADGE, height: BADGE }),
        ),
      )
      .catch((error: unknown) => {
        this.#badges = undefined;
        throw error;
      });
    return this.#badges;
  }
}

const WHITE = [255, 255, 255] as const;
const GRAY = [160, 160, 160] as const;

function tileParts(thumbnail: Uint8Array | null, at: number, badge: Picture): Part[] {
  const box = { left: (at % COLUMNS) * TILE, top: Math.floor(at / COLUMNS) * TILE, width: TILE, height: TILE };
  const inside = inset(box, TILE_BORDER);
  return [
    thumbnail ? { source: thumbnail, box: inside, fit: 'contain' } : solid(WHITE, inside),
    { source: badge, box: { ...box, width: BADGE, height: BADGE }, fit: 'cover' },
  ];
}

const panelBox = ({ width, height }: { width: number; height: number }): Box => ({
  left: width - TILE,
  top: 0,
  width: TILE,
  height,
});

/** The whole query picture, and a detail of it in the room that is left: below, or at the right of a picture taller than the panel. */
function panelParts(query: Picture, panel: Box, badge: Picture): Part[] {
  const inside = inset(panel, PANEL_BORDER);
  const scale = Math.min(inside.width / query.width, inside.height / query.height);
  const whole = {
    ...inside,
    width: Math.max(1, Math.round(query.width * scale)),
    height: Math.max(1, Math.round(query.height * scale)),
  };
  const right = inside.width - whole.width - PANEL_BORDER;
  const below = inside.height - whole.height - PANEL_BORDER;
  const detail =
    below >= LEAST_DETAIL
      ? { ...inside, top: inside.top + inside.height - below, height: below }
      : right >= LEAST_DETAIL
        ? { ...inside, left: inside.left + inside.width - right, width: right }
        : undefined;
  return [
    solid(BLUE, panel),
    { source: query, box: detail ? whole : inside, fit: 'contain' },
    ...(detail ? [{ source: cut(query, detailOf(query, detail, scale)), box: detail, fit: 'cover' } as const] : []),
    { source: badge, box: { ...panel, width: BADGE, height: BADGE }, fit: 'cover' },
  ];
}

/** The region in the middle of the picture that fills the box. */
function detailOf({ width, height }: Picture, box: Box, wholeScale: number): Box {
  const scale = Math.max(box.width / width, box.height / height, wholeScale * MAGNIFICATION);
  const size = {
    width: Math.max(1, Math.min(width, Math.round(box.width / scale))),
    height: Math.max(1, Math.min(height, Math.round(box.height / scale))),
  };
  return { left: Math.floor((width - size.width) / 2), top: Math.floor((height - size.height) / 2), ...size };
}

const inset = ({ left, top, width, height }: Box, by: number): Box => ({
  left: left + by,
  top: top + by,
  width: width - 2 * by,
  height: height - 2 * by,
});

/** One pixel, enlarged to the box. */
const solid = (color: readonly number[], box: Box): Part => ({
  source: { width: 1, height: 1, rgb: Uint8Array.from(color) },
  box,
  fit: 'cover',
});

function cut(picture: Picture, { left, top, width, height }: Box): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 3;
    rgb.set(picture.rgb.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, rgb };
}
