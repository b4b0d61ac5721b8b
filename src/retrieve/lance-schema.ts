import {
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { Row } from '../catalog/product.ts';
import { rowKey, storedId } from './product-key.ts';
import type { CatalogStamp } from './vector-store.ts';

/** The stamp lies in the table's own schema, so table and stamp appear in one commit and can't part. */
const STAMP = 'margay';
/** Lance's name for it: two writers of one new key then make one row and not two. */
const PRIMARY_KEY = new Map([['lance-schema:unenforced-primary-key', 'true']]);

/** @param incarnation tells a table from a later one of the same name. */
export function catalogSchema(stamp: CatalogStamp, incarnation: string): Schema {
  return new Schema(fields(stamp.dimensions), new Map([[STAMP, JSON.stringify({ ...stamp, incarnation })]]));
}

const fields = (dimensions: number): Field[] => [
  new Field('key', new Utf8(), false, PRIMARY_KEY),
  new Field('product_id', new Utf8(), false),
  new Field('ordinal', new Int32(), false),
  new Field('vector', new FixedSizeList(dimensions, new Field('item', new Float32(), true)), false),
  new Field('title', new Utf8(), false),
  new Field('category', new Utf8(), true),
  new Field('print', new Utf8(), true),
  new Field('color', new Utf8(), true),
  new Field('price', new Float64(), true),
  new Field('images', new Utf8(), false),
  new Field('image', new Utf8(), false),
  new Field('attributes', new Utf8(), false),
  new Field('source', new Utf8(), false),
];

/** What a table says of itself; null where it is not a catalog. */
export function readStamp(
  metadata: ReadonlyMap<string, string>,
): (CatalogStamp & { readonly incarnation: string }) | null {
  try {
    const { name, dimensions, fingerprint, incarnation } = JSON.parse(metadata.get(STAMP) ?? 'null');
    return { name, dimensions, fingerprint, incarnation };
  } catch {
    return null;
  }
}

/** One record batch: JS objects would block the event loop for a hundred milliseconds a thousand rows. */
export function rowsToArrow(rows: readonly Row[], dimensions: number): Table {
  const length = rows.length;
  const floats = new Float32Array(length * dimensions);
  rows.forEach((row, place) => void floats.set(row.vector, place * dimensions));
  const schema = new Schema(fields(dimensions));
  const text = (of: (row: Row) => string | null) => vectorFromArray(rows.map(of), new Utf8()).data[0]!;
  const ids = rows.map(({ productId }) => storedId(productId));
  const children = [
    vectorFromArray(
      rows.map(({ ordinal }, place) => rowKey(ids[place]!, ordinal)),
      new Utf8(),
    ).data[0]!,
    vectorFromArray(ids, new Utf8()).data[0]!,
    makeData({ type: new Int32(), length, nullCount: 0, data: Int32Array.from(rows, ({ ordinal }) => ordinal) }),
    makeData({
      type: schema.fields[3]!.type as FixedSizeList<DataType>,
      length,
      nullCount: 0,
      child: makeData({ type: new Float32(), length: floats.length, nullCount: 0, data: floats }),
    }),
    text(({ product }) => product.title),
    text(({ product }) => product.category),
    text(({ product }) => product.print),
    text(({ product }) => product.color),
    vectorFromArray(
      rows.map(({ product }) => product.price),
      new Float64(),
    ).data[0]!,
    text(({ product }) => JSON.stringify(product.images)),
    text(({ image }) => JSON.stringify(image)),
    text(({ attributes }) => JSON.stringify(attributes)),
    text(({ source }) => source),
  ];
  return new Table(schema, [
    new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children })),
  ]);
}
