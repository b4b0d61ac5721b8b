import type { Analyzer, CatalogDefinition, FieldKind } from '../catalog/definition.ts';
import { MargayError } from '../errors.ts';

/** A field as it is stored. */
export interface StoredField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly fullText: boolean;
}

/** What the rows of a catalog hold beside their vectors. */
export interface StoredSchema {
  /** How the words of the fields with `fullText` are read. */
  readonly analyzer: Analyzer | null;
  readonly fields: readonly StoredField[];
}

/** What the stored rows are. Written when a catalog is made, compared before every use. */
export interface CatalogStamp {
  readonly name: string;
  readonly dimensions: number;
  /** The encoder's fingerprint and what is embedded of a product. */
  readonly fingerprint: string;
  readonly schema: StoredSchema;
}

export const schemaOf = ({ analyzer, fields }: CatalogDefinition): StoredSchema => ({
  analyzer: analyzer ?? null,
  fields: fields.map(({ name, kind, required, fullText }) => ({ name, kind, required, fullText })),
});

/** What would have to change for stored rows to be what is wanted. */
export interface SchemaChange {
  /** Fields to be added: all are null in the rows that stand. */
  readonly added: readonly StoredField[];
  /** What no stored row can be made to hold, in words. */
  readonly faults: readonly string[];
}

/** From the stored schema to the wanted one. */
export function schemaChange(stored: StoredSchema, wanted: StoredSchema): SchemaChange {
  const added: StoredField[] = [];
  const faults: string[] = [];
  const before = new Map(stored.fields.map((field) => [field.name, field]));
  for (const field of wanted.fields) {
    const known = before.get(field.name);
    before.delete(field.name);
    if (!known) {
      if (field.required) faults.push(`${field.name} is new and required, and the stored products have none`);
      else if (field.fullText) faults.push(`${field.name} is new and has full text, which the stored words lack`);
      else added.push(field);
      continue;
    }
    if (known.kind !== field.kind) faults.push(`${field.name} was ${written(known)} and is ${written(field)}`);
    else if (field.required && !known.required)
      faults.push(`${field.name} is required now, and stored products may have none`);
    if (known.fullText !== field.fullText)
      faults.push(`${field.name} ${field.fullText ? 'has full text now' : 'has no full text any more'}`);
  }
  for (const name of before.keys()) faults.push(`${name} is gone`);
  if (stored.analyzer !== wanted.analyzer && stored.analyzer && wanted.analyzer)
    faults.push(`full text was read by ${stored.analyzer} and is to be by ${wanted.analyzer}`);
  return { added, faults };
}

const written = ({ kind }: StoredField): string => (kind === 'StringList' ? '[String!]' : kind);

/** @throws MargayError CATALOG_MISMATCH where the stored vectors are not of the space that is asked for, or the rows can't hold the fields. */
export function checkStamp(stored: CatalogStamp, wanted: CatalogStamp): SchemaChange {
  if (stored.fingerprint !== wanted.fingerprint || stored.dimensions !== wanted.dimensions)
    throw new MargayError(
      'CATALOG_MISMATCH',
      'The stored vectors were made by another encoder or from other parts of the products.',
      {
        remedy:
          'Start with the encoder and settings of before, or index the catalog again: npm run index -- SOURCE --rebuild',
      },
    );
  const change = schemaChange(stored.schema, wanted.schema);
  if (change.faults.length > 0)
    throw new MargayError('CATALOG_MISMATCH', `The stored products have other fields: ${change.faults.join('; ')}.`, {
      remedy: 'Put the fields back as they were, or index the catalog again: npm run index -- SOURCE --rebuild',
    });
  return change;
}

/** What a store keeps of a stamp, read back; null for anything else. */
export function parseStamp(text: string | null | undefined): (CatalogStamp & { readonly incarnation?: string }) | null {
  try {
    const { name, dimensions, fingerprint, schema, incarnation } = JSON.parse(text ?? 'null');
    // A catalog of an older version has no schema: it is nobody's now, and made anew.
    return { name, dimensions, fingerprint, schema: schema ?? { analyzer: null, fields: [] }, incarnation };
  } catch {
    return null;
  }
}
