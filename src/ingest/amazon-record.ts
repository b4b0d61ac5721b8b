import { z } from 'zod';
import type { CatalogDefinition, FieldKind, FieldValue } from '../catalog/definition.ts';
import { faultOfId } from '../catalog/product.ts';
import { reviewPictures, shownPictures } from './amazon-pictures.ts';

/** Longest texts and lists kept, in characters and entries. */
const MAX_TEXT = 1_000;
const MAX_DESCRIPTION = 8_000;
const MAX_ENTRIES = 50;

/** What lines of the published files say of a product; texts that are not there are empty. */
export interface AmazonRecord {
  readonly id: string;
  readonly values: AmazonValues;
  /** Addresses, one a picture, the main one first. */
  readonly pictures: readonly string[];
}

export interface AmazonValues {
  readonly title: string;
  readonly category: string;
  /** In dollars. */
  readonly price: number | null;
  readonly store: string;
  /** Mean stars, 1 to 5, and how many ratings it is of. */
  readonly rating: number | null;
  readonly ratings: number | null;
  readonly description: readonly string[];
  readonly features: readonly string[];
  readonly categories: readonly string[];
}

/** A field of these names in a catalog's definition is filled if it is of one of these kinds; a list as a String has a line for each entry. */
export const AMAZON_FIELDS: Readonly<Record<keyof AmazonValues, readonly FieldKind[]>> = {
  title: ['String'],
  category: ['String'],
  price: ['Float'],
  store: ['String'],
  rating: ['Float'],
  ratings: ['Int', 'Float'],
  description: ['String', 'StringList'],
  features: ['String', 'StringList'],
  categories: ['String', 'StringList'],
};

/** Published texts have halves of characters and zero bytes in some places: they go, the rest stays. */
const cut = (value: string, most: number) => value.slice(0, most).replaceAll('\0', '').toWellFormed().trim();
const text = z
  .string()
  .transform((value) => cut(value, MAX_TEXT))
  .catch('');
const texts = z
  .union([z.string().transform((value) => [value]), z.array(z.unknown())])
  .catch([])
  .transform((values) => {
    const kept: string[] = [];
    let room = MAX_DESCRIPTION;
    for (const value of values.slice(0, MAX_ENTRIES)) {
      const entry = typeof value === 'string' ? cut(value, room) : '';
      if (entry) kept.push(entry);
      room -= entry.length + 1;
      if (room <= 0) break;
    }
    return kept;
  });
const id = z
  .string('is missing')
  .trim()
  .refine((value) => faultOfId(value) === undefined, { error: ({ input }) => faultOfId(String(input)) ?? '' });
const count = z.int32().nonnegative().nullable().catch(null);

const Meta = z.object({
  parent_asin: id,
  title: text,
  main_category: text,
  price: z.unknown().optional().transform(priceOf),
  store: text,
  average_rating: z.number().min(0).max(5).nullable().catch(null),
  rating_number: count,
  description: texts,
  features: texts,
  categories: texts,
  images: z.unknown().optional().transform(shownPictures),
});

const Review = z.object({
  parent_asin: id,
  title: text,
  text,
  images: z.unknown().optional().transform(reviewPictures),
});

/** Whether a line is of a reviews file: products have no author. */
export const isReview = (value: unknown): boolean => typeof value === 'object' && value !== null && 'user_id' in value;

/** A line of meta_CATEGORY.jsonl. @returns the fault of one that is no product. */
export function readMeta(value: unknown): AmazonRecord | string {
  const parsed = Meta.safeParse(value);
  if (!parsed.success) return faultsOf(parsed.error);
  const { parent_asin, images, main_category, average_rating, rating_number, ...values } = parsed.data;
  return {
    id: parent_asin,
    values: { ...values, category: main_category, rating: average_rating, ratings: rating_number },
    pictures: images,
  };
}

/** A line of CATEGORY.jsonl, as a product that has nothing but the review's title, or else the beginning of its text. */
export function readReview(value: unknown): AmazonRecord | string {
  const parsed = Review.safeParse(value);
  if (!parsed.success) return faultsOf(parsed.error);
  const { parent_asin, title, text: said, images } = parsed.data;
  const none = { price: null, rating: null, ratings: null, description: [], features: [], categories: [] };
  const values = { ...none, title: title || cut(said, 100), category: '', store: '' };
  return { id: parent_asin, values, pictures: images };
}

/**
 * The fields that the catalog has by name and kind; its title is the product's, whatever its name.
 * @returns the fault where one that is required is not there.
 */
export function fieldsOf(
  values: AmazonValues,
  { title, fields }: Pick<CatalogDefinition, 'title' | 'fields'>,
): Record<string, FieldValue> | string {
  const filled: Record<string, FieldValue> = {};
  for (const { name, kind, required } of fields) {
    const source = name === title ? 'title' : name;
    const known = Object.hasOwn(AMAZON_FIELDS, source) ? (source as keyof AmazonValues) : undefined;
    const value = known && AMAZON_FIELDS[known].includes(kind) ? asKind(values[known], kind) : null;
    if (value === null && required) return `${name}: is required and not there`;
    filled[name] = value;
  }
  return filled;
}

function asKind(value: AmazonValues[keyof AmazonValues], kind: FieldKind): FieldValue {
  if (value === null || value === '') return null;
  if (typeof value !== 'object') return value;
  return value.length === 0 ? null : kind === 'StringList' ? value : value.join('\n');
}

/** A number, or a text such as "$1,299.00", "from 12.99", "12.99 - 15.99" (the lower one); null for "None", "—" and the like. */
export function priceOf(value: unknown): number | null {
  const [found] = typeof value === 'string' ? (/\d[\d,]*(\.\d+)?|\.\d+/.exec(value) ?? []) : [];
  const price =
    typeof value === 'number' ? value : found === undefined ? Number.NaN : Number(found.replaceAll(',', ''));
  return Number.isFinite(price) && price >= 0 ? price : null;
}

const faultsOf = (error: z.ZodError) =>
  error.issues.map(({ path, message }) => `${path.join('.') || 'line'}: ${message}`).join('; ');
