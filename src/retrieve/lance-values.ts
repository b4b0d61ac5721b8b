import {
  type DataType,
  Field,
  Float64,
  Int8,
  Int32,
  Int64,
  List,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import type { FieldKind, FieldValue } from '../catalog/definition.ts';

/** How a field is stored; all are nullable. DateTime is milliseconds since 1970, Boolean 0 or 1: of bits that are all null Arrow writes none, which LanceDB refuses. */
export function arrowType(kind: FieldKind): DataType {
  switch (kind) {
    case 'ID':
    case 'String':
      return new Utf8();
    case 'Int':
      return new Int32();
    case 'Float':
      return new Float64();
    case 'Boolean':
      return new Int8();
    case 'DateTime':
      return new Int64();
    case 'StringList':
      return new List(new Field('item', new Utf8(), true));
  }
}

export function toArrow(kind: FieldKind, values: readonly FieldValue[]): Vector {
  return vectorFromArray(
    values.map((value) => (value === null ? null : stored(kind, value))),
    arrowType(kind),
  );
}

function stored(kind: FieldKind, value: NonNullable<FieldValue>) {
  if (kind === 'DateTime') return BigInt(Number(value));
  return kind === 'Boolean' ? Number(value) : value;
}

/** A cell as it was written; a column that is not there is null everywhere. */
export function fromArrow(kind: FieldKind, column: Vector | null, row: number): FieldValue {
  const cell = column?.get(row) ?? null;
  if (column === null || cell === null) return null;
  switch (kind) {
    case 'DateTime':
      return Number(cell);
    case 'Boolean':
      return cell === 1;
    case 'ID':
    case 'String':
      return textAt(column, row, cell);
    case 'StringList':
      return Array.from(cell as Vector, (text, place) => textAt(cell, place, text));
    default:
      return cell;
  }
}

/** Arrow drops a byte order mark at the start of a text; here it is a character like any other. */
function textAt(column: Vector<Utf8>, row: number, read: string): string {
  let place = row;
  for (const { length, values, valueOffsets } of column.data) {
    if (place >= length) {
      place -= length;
      continue;
    }
    const start = valueOffsets[place]!;
    const marked =
      valueOffsets[place + 1]! - start >= MARK.length && MARK.every((byte, at) => values[start + at] === byte);
    return marked ? `\ufeff${read}` : read;
  }
  return read;
}
const MARK = [0xef, 0xbb, 0xbf];
