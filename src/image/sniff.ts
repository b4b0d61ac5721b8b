import { fileTypeFromBuffer } from 'file-type';
import { MargayError } from '../errors.ts';
import type { PictureFormat } from './decoder.ts';

/** Bytes that are looked at. Signatures end within the first 32; the rest serves to name what is refused. */
const PEEK = 4100;

/** The list of items comes early; a phone's, with its tiles, ends within a few kilobytes. */
const MOST_ITEMS = 65_536;

const REMEDY = 'Send a JPEG, PNG, WebP, AVIF, GIF or HEIC picture.';

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);
/** Brands of the container alone; the compatible brands tell what is inside. */
const HEIF_BRANDS = new Set(['mif1', 'mif2', 'msf1', 'miaf']);

/**
 * The format that the bytes themselves say. Phones' and browsers' names and types are not asked: they are often wrong.
 * @throws MargayError BAD_IMAGE when empty, UNSUPPORTED_IMAGE for whatever is not on the allow-list.
 */
export async function sniff(bytes: Uint8Array): Promise<PictureFormat> {
  if (bytes.length === 0) throw new MargayError('BAD_IMAGE', 'The picture is empty (0 bytes).', { remedy: REMEDY });
  const head = bytes.subarray(0, PEEK);
  const format = signature(head, bytes);
  if (format) return format;
  throw new MargayError(
    'UNSUPPORTED_IMAGE',
    `This is no picture that can be read: it looks like ${await name(head)}.`,
    {
      remedy: REMEDY,
    },
  );
}

function signature(head: Uint8Array, bytes: Uint8Array): PictureFormat | undefined {
  const text = latin1(head, 0, 16);
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  const [major, ...compatible] = brands(head);
  if (major === undefined) return undefined;
  if (![AVIF_BRANDS, HEIC_BRANDS, HEIF_BRANDS].some((known) => known.has(major))) return undefined;
  const named =
    AVIF_BRANDS.has(major) || (HEIF_BRANDS.has(major) && compatible.some((brand) => AVIF_BRANDS.has(brand)));
  return coding(bytes) ?? (named ? 'avif' : 'heic');
}

/** What the pictures in an HEIF container are coded with, by the first item that says so: brands are sometimes wrong, and libvips goes by them. */
function coding(bytes: Uint8Array): 'avif' | 'heic' | undefined {
  const container = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MOST_ITEMS));
  for (let at = container.indexOf('infe'); at >= 0; at = container.indexOf('infe', at + 4)) {
    // Version 2 has item numbers of 16 bits, version 3 of 32.
    const from = at + (container[at + 4] === 3 ? 14 : 12);
    const type = latin1(container, from, from + 4);
    if (type === 'av01') return 'avif';
    if (type === 'hvc1' || type === 'hev1') return 'heic';
  }
  return undefined;
}

/** The brands of an ISO base media file, the major one first; empty when it is none. */
export function brands(head: Uint8Array): string[] {
  if (head.length < 12 || latin1(head, 4, 8) !== 'ftyp') return [];
  const size = new DataView(head.buffer, head.byteOffset).getUint32(0);
  const found = [latin1(head, 8, 12)];
  for (let at = 16; at + 4 <= Math.min(size, head.length); at += 4) found.push(latin1(head, at, at + 4));
  return found;
}

async function name(head: Uint8Array): Promise<string> {
  const text = readable(head);
  if (/<svg[\s>/]/i.test(text)) return 'an SVG drawing';
  if (/<!doctype html|<html[\s>]/i.test(text)) return 'an HTML page';
  const type = await fileTypeFromBuffer(head).catch(() => undefined);
  if (type) return `${type.ext.toUpperCase()} (${type.mime})`;
  if (text.startsWith('<?xml')) return 'an XML document';
  // Control characters other than white space, and what is not UTF-8, do not occur in text.
  return /^(?:\s|[^\p{Cc}\ufffd])+$/u.test(text) ? 'text' : 'unknown data';
}

function readable(head: Uint8Array): string {
  const [first, second] = head;
  const wide =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
  const encoding = wide ?? (first === 0 ? 'utf-16be' : second === 0 ? 'utf-16le' : 'utf-8');
  return new TextDecoder(encoding).decode(head).trimStart();
}

const latin1 = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
