import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type DataType,
  Field,
  FixedSizeList,
  Float32,
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
import { type CatalogStamp, parseStamp, type StoredField, type StoredSchema } from './catalog-stamp.ts';
import { chunks } from './chunks.ts';
import { fullTextOf } from './full-text.ts';
import { TEXT } from './lance-text.ts';
import { arrowType, toArrow } from './lance-values.ts';
import { rowKey, storedId } from './product-key.ts';
import { fieldColumn } from './stored-row.ts';

/** The stamp lies in the table's own schema, so table and stamp appear in one commit and can't part. */
const STAMP = 'margay';
/** Key of the vector field's metadata, where the stamp's schema is written when fields were added: a table's own metadata can't be changed. */
export const SCHEMA = 'margay:schema';
/** Rows of one record batch. */
const BATCH = 200;
/** Lance's name for it: two writers of one new key then make one row and not two. */
const PRIMARY_KEY = new Map([['lance-schema:unenforced-primary-key', 'true']]);

/** @param incarnation tells a table from a later one of the same name. */
export function catalogSchema(stamp: CatalogStamp, incarnation: string): Schema {
  return new Schema(
    columnsOf(stamp.dimensions, stamp.schema),
    new Map([[STAMP, JSON.stringify({ ...stamp, incarnation })]]),
  );
}

export const arrowField = ({ name, kind }: StoredField): Field => new Field(fieldColumn(name), arrowType(kind), true);

const columnsOf = (dimensions: number, { analyzer, fields }: StoredSchema): Field[] => [
  new Field('key', new Utf8(), false, PRIMARY_KEY),
  new Field('product_id', new Utf8(), false),
  new Field('ordinal', new Int32(), false),
  new Field('vector', new FixedSizeList(dimensions, new Field('item', new Float32(), true)), false),
  new Field('images', new Utf8(), false),
  new Field('image', new Utf8(), false),
  new Field('attributes', new Utf8(), false),
  new Field('source', new Utf8(), false),
  ...(analyzer === null ? [] : [new Field(TEXT, new Utf8(), true)]),
  ...fields.map(arrowField),
];

/** What a table says of itself; null where it is not a catalog. */
export function readStamp({ metadata, fields }: Schema): (CatalogStamp & { readonly incarnation?: string }) | null {
  const stamp = parseStamp(metadata.get(STAMP));
  const changed = fields.find(({ name }) => name === 'vector')?.metadata.get(SCHEMA);
  return stamp && changed ? { ...stamp, schema: JSON.parse(changed) as StoredSchema } : stamp;
}

/** As record batches, each of which holds the event loop for some milliseconds: JS objects would hold it for a hundred a thousand rows. */
export async function rowsToArrow(rows: readonly Row[], { dimensions, schema: stored }: CatalogStamp): Promise<Table> {
  const schema = new Schema(columnsOf(dimensions, stored));
  const batches: RecordBatch[] = [];
  for (const some of chunks(rows, BATCH)) {
    batches.push(batchOf(some, schema, dimensions, stored));
    await nextTurn();
  }
  return new Table(schema, batches);
}

function batchOf(rows: readonly Row[], schema: Schema, dimensions: number, stored: StoredSchema): RecordBatch {
  const length = rows.length;
  const floats = new Float32Array(length * dimensions);
  rows.forEach((row, place) => void floats.set(row.vector, place * dimensions));
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
    text(({ product }) => JSON.stringify(product.images)),
    text(({ image }) => JSON.stringify(image)),
    text(({ attributes }) => JSON.stringify(attributes)),
    text(({ source }) => source),
    ...(stored.analyzer === null ? [] : [text((row) => fullTextOf(row, stored) || null)]),
    ...stored.fields.map(
      ({ name, kind }) =>
        toArrow(
          kind,
          rows.map(({ product }) => product.fields[name] ?? null),
        ).data[0]!,
    ),
  ];
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}
