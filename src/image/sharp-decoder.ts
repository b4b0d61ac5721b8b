import type { Metadata, Sharp } from 'sharp';
import { MargayError } from '../errors.ts';
import { Admission } from '../policy/admission.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { withProfile } from './color-profile.ts';
import {
  type Decoded,
  type Decoder,
  type Kernel,
  type Picture,
  type PictureFormat,
  type PictureNeeds,
  WORKING_SIDE,
} from './decoder.ts';
import { HeicDecoder } from './heic-decoder.ts';
import { brands, sniff } from './sniff.ts';
import { sharp } from './vips.ts';

export interface SharpDecoderOptions {
  /** Largest file, in bytes. */
  readonly maxBytes?: number;
  /** Largest picture, in pixels. */
  readonly maxPixels?: number;
  /** What all decodes together may take, in bytes; more wait. */
  readonly memoryBudget?: number;
  /** How many may wait for room, and how long in milliseconds. */
  readonly maxWaiting?: number;
  readonly maxWaitMs?: number;
  /** For one picture, the wait included, in milliseconds. */
  readonly deadlineMs?: number;
}

const DEFAULTS = {
  maxBytes: 20 * 2 ** 20,
  maxPixels: 50e6,
  memoryBudget: 768 * 2 ** 20,
  maxWaiting: 32,
  maxWaitMs: 5_000,
  deadlineMs: 10_000,
};

/** Peak memory of a decode in bytes per pixel, measured at 12 megapixels and rounded up. A baseline JPEG streams; a progressive one is held as coefficients. */
const BYTES_PER_PIXEL: Record<PictureFormat, { plain: number; progressive: number }> = {
  jpeg: { plain: 2, progressive: 24 },
  png: { plain: 4, progressive: 12 },
  webp: { plain: 4, progressive: 4 },
  avif: { plain: 26, progressive: 26 },
  gif: { plain: 8, progressive: 8 },
  heic: { plain: 20, progressive: 20 },
};

/** What comes on top in bytes per pixel where every pixel is asked for, measured likewise: the picture itself, and a second time to turn it upright; 6.8 more for WebP. */
const BYTES_PER_FULL_PIXEL = 7;

/** A file of the right kind, as libvips is to see it. */
interface Source {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size is the upright one. */
interface Header extends Source, Size {
  readonly metadata: Metadata;
}

/** What the pixels are scaled to. */
type Fit = Size | 'working size' | 'every pixel';

export class SharpDecoder implements Decoder {
  readonly #options: Required<SharpDecoderOptions>;
  readonly #admission: Admission;
  readonly #heic: HeicDecoder;

  constructor(options: SharpDecoderOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
    const { memoryBudget, maxPixels, maxWaiting, maxWaitMs } = this.#options;
    this.#admission = new Admission({ capacity: memoryBudget, maxWaiting, maxWaitMs, what: 'pictures' });
    this.#heic = new HeicDecoder({ maxPixels, maxWaiting, maxWaitMs });
  }

  async decode(
    bytes: Uint8Array,
    options: { signal: AbortSignal; needs?: PictureNeeds | undefined },
  ): Promise<Decoded> {
    const { maxBytes, deadlineMs } = this.#options;
    options.signal.throwIfAborted();
    if (bytes.length > maxBytes)
      throw new MargayError(
        'IMAGE_TOO_LARGE',
        `The picture has ${bytes.length} bytes; at most ${maxBytes} are taken.`,
        {
          remedy: 'Send a smaller picture.',
        },
      );
    const format = await sniff(bytes);
    using deadline = withDeadline(options.signal, deadlineMs, 'Decoding the picture');
    const header = await abortable(this.#header(readable(bytes, format)), deadline);
    const { width, height } = header;
    const fit = fitOf(header, options.needs);
    const [id, picture] = await Promise.all([
      identity(bytes),
      abortable(this.#admitted(header, fit, deadline), deadline),
    ]);
    return { id, format: header.format, width, height, picture, whole: isWhole(header, fit) };
  }

  async resize(
    picture: Picture,
    { width, height, kernel }: { width: number; height: number; kernel: Kernel },
    { signal }: { signal: AbortSignal },
  ): Promise<Picture> {
    signal.throwIfAborted();
    if (picture.width === width && picture.height === height) return picture;
    return abortable(raw(fromRaw(picture).resize(width, height, { fit: 'fill', kernel })), signal);
  }

  async close(): Promise<void> {
    await this.#heic.close();
  }

  async #header(source: Source): Promise<Header> {
    const { format } = source;
    // The limit is checked here, not by sharp, so that the message can say the size. Nothing is decoded yet.
    const metadata = await sharp(source.bytes, { limitInputPixels: false }).metadata().catch(refuse(format));
    const { width, height } = format === 'gif' ? screen(source.bytes, metadata) : metadata.autoOrient;
    const { maxPixels } = this.#options;
    if (width * height > maxPixels)
      throw new MargayError(
        'IMAGE_TOO_LARGE',
        `The picture has ${width} x ${height} pixels; at most ${maxPixels / 1e6} megapixels are taken.`,
        {
          remedy: 'Send a smaller picture.',
        },
      );
    return { ...source, width, height, metadata };
  }

  #admitted(header: Header, fit: Fit, signal: AbortSignal): Promise<Picture> {
    const cost = BYTES_PER_PIXEL[header.format][header.metadata.isProgressive ? 'progressive' : 'plain'];
    const full = fit === 'every pixel' ? BYTES_PER_FULL_PIXEL : 0;
    return this.#admission.run(header.width * header.height * (cost + full), { signal }, async () =>
      header.format === 'heic' ? this.#decodeHeic(header, fit, signal) : this.#decodeVips(header, fit),
    );
  }

  #decodeVips({ bytes, format }: Header, fit: Fit): Promise<Picture> {
    const { maxPixels, deadlineMs } = this.#options;
    const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', autoOrient: true })
      // libvips cannot be aborted, but it stops by itself; until then the room stays taken.
      .timeout({ seconds: Math.max(1, Math.ceil(deadlineMs / 1000)) });
    return raw(fitted(image, fit)).catch(refuse(format));
  }

  async #decodeHeic({ bytes, width, height, metadata }: Header, fit: Fit, signal: AbortSignal): Promise<Picture> {
    // Upright already: libheif applies the rotation of the container, and the EXIF orientation is not to be applied on top.
    const { rgba, ...size } = await this.#heic.decode(bytes, { width, height }, { signal });
    const small = fitted(sharp(rgba, { raw: { ...size, channels: 4 } }), fit);
    if (!metadata.icc) return raw(small);
    const { data, info } = await small.raw().toBuffer({ resolveWithObject: true });
    const picture = { width: info.width, height: info.height, rgb: data };
    const png = await fromRaw(picture).png({ compressionLevel: 0 }).toBuffer();
    // A profile that cannot be used is no reason to refuse the picture.
    return raw(fitted(sharp(withProfile(png, metadata.icc)), fit)).catch(() => picture);
  }
}

/** libvips knows fewer brands of the HEIF container than there are: it gets the plain one, in a copy. A sequence so gives its first picture. */
function readable(bytes: Uint8Array, format: PictureFormat): Source {
  if ((format !== 'avif' && format !== 'heic') || brands(bytes)[0] === format) return { bytes, format };
  const copy = Uint8Array.from(bytes);
  copy.set(Buffer.from(format, 'latin1'), 8);
  return { bytes: copy, format };
}

/** The larger of a GIF's logical screen and its first frame: a screen of 4 gigapixels around a frame of 2 x 2 is refused. */
function screen(bytes: Uint8Array, { autoOrient }: Metadata): { width: number; height: number } {
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const logical = { width: header.getUint16(6, true), height: header.getUint16(8, true) };
  return logical.width * logical.height > autoOrient.width * autoOrient.height * 4 ? logical : autoOrient;
}

/** Opaque sRGB. */
function fitted(image: Sharp, fit: Fit): Sharp {
  if (fit === 'every pixel') return opaque(image);
  if (fit === 'working size')
    return opaque(image.resize(WORKING_SIDE, WORKING_SIDE, { fit: 'inside', withoutEnlargement: true }));
  return opaque(image.resize(fit.width, fit.height, { fit: 'fill', kernel: 'cubic' }));
}

const opaque = (image: Sharp): Sharp => image.flatten({ background: '#ffffff' }).toColorspace('srgb');

/** What serves a need at the least cost. Of a HEIC nothing is saved: it is decoded whole anyway. */
function fitOf({ format, width, height }: Header, needs: PictureNeeds | undefined): Fit {
  if (needs === 'every pixel') return needs;
  const short = Math.min(width, height);
  if (format === 'heic' || needs === undefined || short <= needs.shortSide) return 'working size';
  const scaled = (side: number) => Math.trunc((side * needs.shortSide) / short);
  return { width: scaled(width), height: scaled(height) };
}

const isWhole = ({ width, height }: Size, fit: Fit): boolean =>
  fit === 'every pixel' ? Math.max(width, height) <= WORKING_SIDE : fit === 'working size';

const fromRaw = ({ width, height, rgb }: Picture): Sharp => sharp(rgb, { raw: { width, height, channels: 3 } });

async function raw(image: Sharp): Promise<Picture> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

/** Off the main thread, unlike createHash: 20 MB take tens of milliseconds. */
async function identity(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex');
}

/** libvips' own words stay in the cause: they may quote the file or the machine. */
function refuse(format: PictureFormat): (cause: unknown) => never {
  return (cause) => {
    const said = cause instanceof Error ? cause.message : '';
    if (/pixel limit/i.test(said))
      throw new MargayError('IMAGE_TOO_LARGE', 'The picture has too many pixels.', {
        cause,
        remedy: 'Send a smaller picture.',
      });
    if (/^timeout/i.test(said))
      throw new MargayError('DEADLINE_EXCEEDED', 'Decoding the picture took too long.', {
        cause,
        remedy: 'Send a smaller picture.',
      });
    throw new MargayError('BAD_IMAGE', `The ${format.toUpperCase()} is damaged or cut off.`, {
      cause,
      remedy: 'Send the whole file again, or another picture.',
    });
  };
}
