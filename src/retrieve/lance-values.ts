import {
  Bool,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import type { FieldKind, FieldValue } from '../catalog/definition.ts';

/** How a field is stored; all are nullable. DateTime is milliseconds since 1970. */
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
      return new Bool();
    case 'DateTime':
      return new Int64();
    case 'StringList':
      return new List(new Field('item', new Utf8(), true));
  }
}

export function toArrow(kind: FieldKind, values: readonly FieldValue[]): Vector {
  const stored = kind === 'DateTime' ? values.map((value) => (value === null ? null : BigInt(Number(value)))) : values;
  return vectorFromArray(stored, arrowType(kind));
}

/** A cell as it was written. */
export function fromArrow(kind: FieldKind, cell: unknown): FieldValue {
  if (cell === null || cell === undefined) return null;
  if (kind === 'DateTime') return Number(cell);
  return kind === 'StringList' ? Array.from(cell as Iterable<string>) : (cell as FieldValue);
}
