import type { Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { Picture } from './decoder.ts';
import type { EncodedFormat, Part, Renderer } from './renderer.ts';
import { SvgDrawer } from './svg-drawer.ts';
import { sharp } from './vips.ts';

/** Where a smaller file shows. The JPEG is also the stored master, so it is close to lossless. */
const QUALITY: Record<EncodedFormat, number> = { jpeg: 90, webp: 80, avif: 55 };

/** A composed sheet is looked at once, by a model: no master, no display. */
const COMPOSED_QUALITY = 80;

/** ThumbHash reads at most this many pixels a side. */
const THUMBHASH_SIDE = 100;

export class SharpRenderer implements Renderer {
  readonly #drawer = new SvgDrawer();

  async render(svg: string, size: { width: number; height: number }): Promise<Picture> {
    return { ...size, rgb: await this.#drawer.draw({ svg, ...size, as: 'rgb' }) };
  }

  draw(svg: string, size: { width: number; height: number }): Promise<Uint8Array> {
    return this.#drawer.draw({ svg, ...size, as: { jpegQuality: QUALITY.jpeg } });
  }

  write(picture: Picture, format: EncodedFormat, options: { width?: number; quality?: number } = {}): Promise<Buffer> {
    return encoded(fromRaw(picture), format, options).toBuffer();
  }

  convert(
    file: Uint8Array,
    format: EncodedFormat,
    options: { width?: number; quality?: number } = {},
  ): Promise<Buffer> {
    return encoded(sharp(file), format, options).toBuffer();
  }

  async read(file: Uint8Array): Promise<Picture> {
    const { data, info } = await sharp(file).toColorspace('srgb').raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgb: data };
  }

  async thumbhash(picture: Picture): Promise<Uint8Array> {
    const { data, info } = await fromRaw(picture)
      .resize(THUMBHASH_SIDE, THUMBHASH_SIDE, { fit: 'inside', withoutEnlargement: true })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return rgbaToThumbHash(info.width, info.height, data);
  }

  async compose(
    parts: readonly Part[],
    { width, height }: { width: number; height: number },
    { quality = COMPOSED_QUALITY }: { quality?: number } = {},
  ): Promise<Buffer> {
    for (const { box } of parts)
      if (box.left < 0 || box.top < 0 || box.left + box.width > width || box.top + box.height > height)
        throw new RangeError(`A part (${JSON.stringify(box)}) reaches outside the ${width} x ${height} sheet.`);
    const fitted = await Promise.all(parts.map(toBox));
    // Rows are copied here: opaque parts need none of the blending, in floating point, that sharp's composite does.
    const sheet = { width, height, rgb: new Uint8Array(width * height * 3).fill(WHITE) };
    for (const [at, { box }] of parts.entries()) place(fitted[at]!, box, sheet);
    return fromRaw(sheet).jpeg({ quality, chromaSubsampling: '4:2:0' }).toBuffer();
  }

  /** Ends the drawing process now; it would end by itself a little later. */
  async close(): Promise<void> {
    this.#drawer.close();
  }
}

const fromRaw = ({ width, height, rgb }: Picture): Sharp => sharp(rgb, { raw: { width, height, channels: 3 } });

/** sharp writes no metadata unless told to: what was in the file sent, and its profile, ends here. */
function encoded(image: Sharp, format: EncodedFormat, options: { width?: number; quality?: number }): Sharp {
  const quality = options.quality ?? QUALITY[format];
  const sized = options.width ? image.resize({ width: options.width, withoutEnlargement: true }) : image;
  switch (format) {
    case 'jpeg':
      return sized.jpeg({ quality, chromaSubsampling: '4:4:4' });
    case 'webp':
      return sized.webp({ quality });
    case 'avif':
      // At 768 px effort 4 takes 48 times as long for a file 7 % smaller.
      return sized.avif({ quality, effort: 0 });
    default:
      throw new Error(`Unknown format: ${format satisfies never}.`);
  }
}

const WHITE = 255;

/** The pixels of a part, no larger than its box. */
async function toBox({ source, box: { width, height }, fit }: Part): Promise<Picture> {
  const file = source instanceof Uint8Array;
  if (!file && source.width === width && source.height === height) return source;
  // A ground of one color.
  if (!file && source.width * source.height === 1 && fit === 'cover')
    return { width, height, rgb: Buffer.alloc(width * height * 3, source.rgb) };
  const image = file ? sharp(source) : fromRaw(source);
  // Cropped before it is scaled: `cover` scales first, and a picture of one column would grow to a million rows.
  const sized =
    fit === 'cover'
      ? image
          .extract(middle(file ? await image.metadata() : source, { width, height }))
          .resize(width, height, { fit: 'fill' })
      : image.resize(width, height, { fit: 'inside' });
  const { data, info } = await sized.toColorspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

/** The largest region in the middle that has the shape of the box, at least a pixel. */
function middle(picture: { width: number; height: number }, box: { width: number; height: number }) {
  const scale = Math.max(box.width / picture.width, box.height / picture.height);
  const width = Math.max(1, Math.min(picture.width, Math.round(box.width / scale)));
  const height = Math.max(1, Math.min(picture.height, Math.round(box.height / scale)));
  const left = Math.floor((picture.width - width) / 2);
  return { left, top: Math.floor((picture.height - height) / 2), width, height };
}

/** Copies the picture to the middle of the box; the rest of the box turns white. */
function place(picture: Picture, box: Part['box'], sheet: Picture): void {
  const left = box.left + Math.floor((box.width - picture.width) / 2);
  const top = box.top + Math.floor((box.height - picture.height) / 2);
  const at = (x: number, y: number) => (y * sheet.width + x) * 3;
  for (let y = box.top; y < box.top + box.height; y++)
    sheet.rgb.fill(WHITE, at(box.left, y), at(box.left + box.width, y));
  for (let y = 0; y < picture.height; y++)
    sheet.rgb.set(picture.rgb.subarray(y * picture.width * 3, (y + 1) * picture.width * 3), at(left, top + y));
}
