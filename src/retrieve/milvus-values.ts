import { DataType } from '@zilliz/milvus2-sdk-node';
import type { FieldKind, FieldValue } from '../catalog/definition.ts';
import { MargayError } from '../errors.ts';
import type { FilterField, FilterValue } from './filter.ts';
import { fieldColumn } from './stored-row.ts';

/**
 * How values of the catalog's fields are stored. No field is nullable, since Milvus 2.3 has none: a value that is not there is one that no
 * value can be.
 */

/** The longest VARCHAR, in bytes. */
export const MAX_TEXT_BYTES = 65_535;
/** The largest capacity of an ARRAY. */
export const MAX_LIST = 4096;

/** One control character, which every other text that begins with it doubles: an empty text stays one. */
const NO_TEXT = '\u0001';
/** Below every Int, and below every time that a Date can hold. */
const NO_INTEGER = Number.MIN_SAFE_INTEGER;
/** The lowest double, which is refused as a value. NaN and -Infinity would do on 2.3; later versions take neither. */
const NO_DOUBLE = -Number.MAX_VALUE;
const NO_BOOLEAN = -1;

/** The field of the collection's schema. */
export function milvusField(field: FilterField) {
  return { name: fieldColumn(field.name), ...TYPES[field.kind] };
}

const TEXT = { data_type: DataType.VarChar, max_length: MAX_TEXT_BYTES };
const INTEGER = { data_type: DataType.Int64 };
const TYPES = {
  ID: TEXT,
  String: TEXT,
  Int: INTEGER,
  DateTime: INTEGER,
  Float: { data_type: DataType.Double },
  // BOOL has no third value.
  Boolean: { data_type: DataType.Int8 },
  StringList: {
    data_type: DataType.Array,
    element_type: DataType.VarChar,
    max_length: MAX_TEXT_BYTES,
    max_capacity: MAX_LIST,
  },
} satisfies Record<FieldKind, object>;

/** What stands in a cell where there is no value. In a list it is the only element. */
export function missing(kind: FieldKind): string | number {
  switch (kind) {
    case 'Int':
    case 'DateTime':
      return NO_INTEGER;
    case 'Float':
      return NO_DOUBLE;
    case 'Boolean':
      return NO_BOOLEAN;
    default:
      return NO_TEXT;
  }
}

/** A value that is there, as it is stored and compared; of a list, one of its values. Never -0, which lists on Milvus Lite tell from 0. */
export function stored(value: FilterValue): string | number {
  if (typeof value === 'string') return value.startsWith(NO_TEXT) ? NO_TEXT + value : value;
  return Number(value) + 0;
}

/** @throws MargayError BAD_INPUT naming the field, where Milvus can't hold the value. */
export function toMilvus(field: FilterField, value: FieldValue): string | number | string[] {
  if (field.kind === 'StringList') {
    const list = value === null ? [NO_TEXT] : (value as readonly string[]).map((text) => String(stored(text)));
    if (list.length > MAX_LIST)
      throw tooMuch(field, `has ${list.length} values, more than ${MAX_LIST}`, `Give ${field.name} fewer values.`);
    checkBytes(field, list);
    return list;
  }
  if (value === null) return missing(field.kind);
  const cell = stored(value as FilterValue);
  if (typeof cell === 'string') checkBytes(field, [cell]);
  // A number that is none would be stored, and come back as what it is not.
  else if (!Number.isFinite(cell) || cell === missing(field.kind))
    throw tooMuch(field, `is ${cell}, which can't be stored`, `Send another ${field.name}, or none.`);
  return cell;
}

/** The inverse of `toMilvus`, for a cell as the SDK brings it (INT64 comes as text). */
export function fromMilvus(kind: FieldKind, cell: unknown): FieldValue {
  if (cell === null || cell === undefined) return null;
  switch (kind) {
    case 'StringList': {
      const list = cell as readonly string[];
      return list.length === 1 && list[0] === NO_TEXT ? null : list.map(toText);
    }
    case 'ID':
    case 'String':
      return cell === NO_TEXT ? null : toText(String(cell));
    default: {
      const number = Number(cell);
      if (number === missing(kind)) return null;
      return kind === 'Boolean' ? number === 1 : number;
    }
  }
}

const toText = (cell: string): string => (cell.startsWith(NO_TEXT) ? cell.slice(NO_TEXT.length) : cell);

function checkBytes(field: FilterField, texts: readonly string[]): void {
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text);
  if (bytes > MAX_TEXT_BYTES)
    throw tooMuch(field, `has ${bytes} bytes, more than ${MAX_TEXT_BYTES}`, `Shorten ${field.name}.`);
}

const tooMuch = ({ name }: FilterField, fault: string, remedy: string) =>
  new MargayError('BAD_INPUT', `${name} ${fault}.`, { argument: name, remedy });
