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
  /** Fields that rows to come may lack. */
  readonly loosened: readonly StoredField[];
  /** What no stored row can be made to hold, in words. */
  readonly faults: readonly string[];
}

/** From the stored schema to the wanted one. */
export function schemaChange(stored: StoredSchema, wanted: StoredSchema): SchemaChange {
  const added: StoredField[] = [];
  const loosened: StoredField[] = [];
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
    else if (known.required && !field.required) loosened.push(field);
    if (known.fullText !== field.fullText)
      faults.push(`${field.name} ${field.fullText ? 'has full text now' : 'has no full text any more'}`);
  }
  for (const name of before.keys()) faults.push(`${name} is gone`);
  if (stored.analyzer !== wanted.analyzer && stored.analyzer && wanted.analyzer)
    faults.push(`full text was read by ${stored.analyzer} and is to be by ${wanted.analyzer}`);
  return { added, loosened, faults };
}

const written = ({ kind }: StoredField): string => (kind === 'StringList' ? '[String!]' : kind);

/**
 * Before a catalog is opened.
 * @returns what has to be done to the store for it to hold the fields.
 * @throws MargayError CATALOG_MISMATCH where the stored vectors are not of the space that is asked for, or the rows can't hold the fields.
 */
export function checkOpening(stored: CatalogStamp, wanted: CatalogStamp): SchemaChange {
  checkVectors(stored, wanted);
  const change = schemaChange(stored.schema, wanted.schema);
  if (change.faults.length > 0) throw otherFields(change.faults);
  return change;
}

/**
 * While a catalog is open: another gateway may have dropped it and made another one. One that has only added fields, or made them optional, does
 * not disturb those who serve the catalog as they know it.
 * @throws MargayError CATALOG_MISMATCH
 */
export function checkStamp(stored: CatalogStamp, served: CatalogStamp): void {
  checkVectors(stored, served);
  const ours = new Map(served.schema.fields.map(({ name, required }) => [name, required]));
  const fields = stored.schema.fields
    .filter(({ name, required, fullText }) => ours.has(name) || required || fullText)
    .map((field) => ({ ...field, required: ours.get(field.name) ?? field.required }));
  const { faults, added } = schemaChange({ ...stored.schema, fields }, served.schema);
  if (faults.length + added.length > 0)
    throw otherFields([...faults, ...added.map(({ name }) => `they have no ${name} any more`)]);
}

function checkVectors(stored: CatalogStamp, wanted: CatalogStamp): void {
  if (stored.fingerprint !== wanted.fingerprint || stored.dimensions !== wanted.dimensions)
    throw new MargayError(
      'CATALOG_MISMATCH',
      'The stored vectors were made by another encoder or from other parts of the products.',
      {
        remedy:
          'Start with the encoder and settings of before, or index the catalog again: npm run index -- SOURCE --rebuild',
      },
    );
}

const otherFields = (faults: readonly string[]) =>
  new MargayError('CATALOG_MISMATCH', `The stored products have other fields: ${faults.join('; ')}.`, {
    remedy: 'Put the fields back as they were, or index the catalog again: npm run index -- SOURCE --rebuild',
  });

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
