import { MargayError } from '../errors.ts';
import type { CatalogDefinition, FieldDefinition, FieldValue } from './definition.ts';

/** Longest title, and longest text of any other field, in characters. */
const MAX_TITLE = 1_000;
const MAX_TEXT = 20_000;
/** Most texts of a list. */
const MAX_LIST = 100;
const [MIN_INT, MAX_INT] = [-(2 ** 31), 2 ** 31 - 1] as const;
/** The time scale of ECMAScript, in milliseconds from 1970. */
const MAX_TIME = 8.64e15;

/**
 * A product's fields as the catalog's definition has them, every one of it and no other: what is missing is null.
 * @param given values as they came: of JSON, or of GraphQL. A DateTime is an ISO 8601 text, or a Date.
 * @throws MargayError BAD_INPUT naming the first field at fault.
 */
export function toFields(
  definition: CatalogDefinition,
  given: Readonly<Record<string, unknown>>,
): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {};
  for (const field of definition.fields) {
    const value = given[field.name] ?? null;
    if (value === null && field.required) throw faulty(field, 'is missing', `Give ${field.name}.`);
    fields[field.name] = value === null ? null : toValue(field, value, field.name === definition.title);
  }
  return fields;
}

function toValue(field: FieldDefinition, value: unknown, isTitle: boolean): FieldValue {
  switch (field.kind) {
    case 'ID':
      return typeof value === 'number' ? String(value) : text(field, value, MAX_TITLE);
    case 'String': {
      const read = text(field, value, isTitle ? MAX_TITLE : MAX_TEXT);
      const title = isTitle ? read.trim() : read;
      if (isTitle && title === '') throw faulty(field, 'is empty', `Give ${field.name} some words.`);
      return title;
    }
    case 'Int':
      if (Number.isInteger(value) && Number(value) >= MIN_INT && Number(value) <= MAX_INT) return value as number;
      throw faulty(field, 'is no whole number of 32 bits', 'Send a number such as 12.');
    case 'Float':
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw faulty(field, 'is no number', 'Send a number such as 12.5.');
    case 'Boolean':
      if (typeof value === 'boolean') return value;
      throw faulty(field, 'is neither true nor false', 'Send true or false.');
    case 'DateTime':
      return toTime(field, value);
    case 'StringList':
      if (!Array.isArray(value)) throw faulty(field, 'is no list of texts', 'Send a list such as ["one", "two"].');
      if (value.length > MAX_LIST) throw faulty(field, `has more than ${MAX_LIST} texts`, `Send at most ${MAX_LIST}.`);
      return value.map((item) => text(field, item, MAX_TITLE));
  }
}

/** A day alone is midnight UTC, as in ECMAScript; a time needs its offset, so that it means the same everywhere. */
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i;

function toTime(field: FieldDefinition, value: unknown): number {
  const time =
    value instanceof Date
      ? value.getTime()
      : typeof value === 'string' && INSTANT.test(value)
        ? Date.parse(value)
        : Number.NaN;
  if (Math.abs(time) <= MAX_TIME) return time;
  throw faulty(field, 'is no point in time', 'Send one such as 2026-11-25T12:00:00Z.');
}

function text(field: FieldDefinition, value: unknown, most: number): string {
  if (typeof value !== 'string') throw faulty(field, 'is no text', 'Send a text in quotes.');
  if (!value.isWellFormed() || value.includes('\0'))
    throw faulty(field, 'holds a character that is not text', 'Leave NUL and half characters out.');
  if (value.length > most) throw faulty(field, `has more than ${most} characters`, 'Shorten it.');
  return value;
}

const faulty = ({ name }: FieldDefinition, fault: string, remedy: string) =>
  new MargayError('BAD_INPUT', `${name} ${fault}.`, { argument: name, remedy });
