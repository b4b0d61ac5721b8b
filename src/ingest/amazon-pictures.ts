import { z } from 'zod';

const address = (value: unknown) =>
  typeof value === 'string' && /^https?:\/\//i.test(value.trim()) ? value.trim() : undefined;
const largest = (image: Readonly<Record<string, unknown>>, sizes: readonly string[]): string | undefined => {
  for (const size of sizes) if (address(image[size])) return address(image[size]);
  return undefined;
};
const distinct = (addresses: readonly (string | undefined)[]) =>
  [...new Set(addresses)].filter((one) => one !== undefined);
const Images = z.array(z.record(z.string(), z.unknown()).catch({})).catch([]);
const Columns = z.record(z.string(), z.array(z.unknown()));

/**
 * A list of {thumb, large, variant, hi_res}, or the same as {thumb: [], large: [], variant: [], hi_res: []}.
 * @returns an address a picture, of its largest size; the variant MAIN comes first.
 */
export function shownPictures(given: unknown): string[] {
  const columns = Columns.safeParse(given);
  const images = columns.success ? rowsOf(columns.data) : Images.parse(given);
  const main = images.filter(({ variant }) => variant === 'MAIN');
  const others = images.filter(({ variant }) => variant !== 'MAIN');
  return distinct([...main, ...others].map((image) => largest(image, ['hi_res', 'large', 'thumb'])));
}

function rowsOf(columns: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown>[] {
  const length = Math.max(0, ...Object.values(columns).map((column) => column.length));
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[row]])),
  );
}

/** A list of {small_image_url, medium_image_url, large_image_url, attachment_type}. */
export function reviewPictures(given: unknown): string[] {
  const images = Images.parse(given).filter(({ attachment_type: type }) => type !== 'VIDEO');
  return distinct(images.map((image) => largest(image, ['large_image_url', 'medium_image_url', 'small_image_url'])));
}
