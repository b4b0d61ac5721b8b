import { WIDTHS } from './media-store.ts';
import type { StoredImage } from './product.ts';

export type UrlFormat = 'AUTO' | 'JPEG' | 'WEBP' | 'AVIF';

const EXTENSIONS = { AUTO: '', JPEG: '.jpg', WEBP: '.webp', AVIF: '.avif' } as const satisfies Record<
  UrlFormat,
  string
>;

/**
 * The URL of a stored picture. `width` in pixels is rounded up to the next of WIDTHS; without one, or beyond what the picture has,
 * it is the smallest of WIDTHS that holds the whole picture, so that one picture has few URLs and caches are hit.
 */
export function pictureUrl(
  origin: string,
  image: StoredImage,
  width: number | null | undefined,
  format: UrlFormat,
): string {
  const wanted = Math.min(width ?? image.width, image.width);
  const served = WIDTHS.find((candidate) => candidate >= wanted) ?? WIDTHS.at(-1)!;
  return `${origin}/images/${image.id}/${served}${EXTENSIONS[format]}`;
}
