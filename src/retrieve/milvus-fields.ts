import type { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { MargayError } from '../errors.ts';
import { type CatalogStamp, checkOpening, type StoredField } from './catalog-stamp.ts';
import { succeeded, UNIMPLEMENTED } from './milvus-errors.ts';
import { STAMP } from './milvus-schema.ts';
import { milvusField, missing } from './milvus-values.ts';
import { fieldColumn } from './stored-row.ts';

/**
 * Adds the fields that the stored rows lack, where the server can; the stamp is written last, so that a run that was cut off goes on.
 * @param stored the stamp that the collection has.
 * @throws MargayError CATALOG_MISMATCH where the rows can't be made to hold the fields.
 */
export async function adaptFields(
  client: MilvusClient,
  collection_name: string,
  stored: CatalogStamp,
  wanted: CatalogStamp,
): Promise<void> {
  const { added, loosened } = checkOpening(stored, wanted);
  if (added.length + loosened.length === 0) return;
  const describe = async () => succeeded(await client.describeCollection({ collection_name }));
  const lacking = async () => {
    const there = new Set((await describe()).schema.fields.map(({ name }) => name));
    return added.filter(({ name }) => !there.has(fieldColumn(name)));
  };
  let refused: unknown;
  for (const field of (await lacking()).filter(({ kind }) => kind !== 'StringList'))
    try {
      succeeded(await client.addCollectionField({ collection_name, field: addedField(field) } as never));
    } catch (error) {
      // The server lacks the call, or another gateway has added the field at the same moment: what is there then tells.
      refused = error;
    }
  const never = await lacking();
  if (never.length > 0) throw isLacking(refused) ? unable(never) : refused;
  succeeded(
    await client.alterCollectionProperties({
      collection_name,
      properties: { [STAMP]: JSON.stringify({ ...stored, schema: wanted.schema }) },
    }),
  );
}

/**
 * Stored rows get the default, which is what stands where there is no value. Milvus lets a field be added only as a nullable one, and has no
 * default for lists.
 */
const addedField = (field: StoredField) => ({
  ...milvusField(field),
  nullable: true,
  default_value: missing(field.kind),
});

/** Whether the server does not know the call; one that knows it and refused has a reason of its own. */
const isLacking = (refused: unknown): boolean =>
  refused === undefined || refused instanceof MargayError || (refused as { code?: unknown }).code === UNIMPLEMENTED;

function unable(fields: readonly StoredField[]): MargayError {
  const names = fields.map(({ name }) => name).join(', ');
  const lists = fields.every(({ kind }) => kind === 'StringList');
  return new MargayError(
    'CATALOG_MISMATCH',
    lists
      ? `Milvus can add no lists to stored products, which have no ${names}.`
      : `This Milvus server can add no fields to stored products, as 2.6 and later do. They have no ${names}.`,
    {
      remedy: 'Take the fields out of the catalog file, or index the catalog again: npm run index -- SOURCE --rebuild',
    },
  );
}
