/** Analyzers of full text. Which of them a store has, it says itself: see `FullText` in retrieve/vector-store.ts. */
export const ANALYZERS = ['STANDARD', 'ENGLISH', 'CHINESE'] as const;
/**
 * STANDARD splits at what is no letter or digit and lowers case; ENGLISH also stems and leaves stop words out; CHINESE cuts words by a
 * dictionary (jieba's on Milvus, ICU's on LanceDB) and lowers case.
 */
export type Analyzer = (typeof ANALYZERS)[number];

export type FieldKind = 'ID' | 'String' | 'Int' | 'Float' | 'Boolean' | 'DateTime' | 'StringList';

/** One field that a product has beside its id and its pictures. */
export interface FieldDefinition {
  /** As in GraphQL: a letter followed by letters, digits and `_`. */
  readonly name: string;
  readonly kind: FieldKind;
  /** Written with `!`: a product without it can't be indexed. */
  readonly required: boolean;
  readonly description: string | undefined;
  /** Clients may filter by it. */
  readonly filter: boolean;
  /** Its values are counted. */
  readonly facet: boolean;
  /** Its words are found by full text. */
  readonly fullText: boolean;
}

/** What the products of a catalog are: catalog.graphql, read and checked. */
export interface CatalogDefinition {
  /** Name of the object type, `Product` in the demo. */
  readonly type: string;
  readonly description: string | undefined;
  /** Of the field `id`. */
  readonly keyDescription?: string | undefined;
  /** Name of the field that holds the pictures, never one of `fields`. */
  readonly images: string;
  readonly imagesDescription: string | undefined;
  /** Name of the field that is the product's title, one of `fields`; a required String. */
  readonly title: string;
  /** Name of the field that says what kind of thing it is, for the reranker: the first @facet of kind String. */
  readonly category: string | undefined;
  /** How the words of all fields with `fullText` are read, together; undefined where none has it. */
  readonly analyzer: Analyzer | undefined;
  /** In the order of the file; the key `id` and the pictures are not among them. */
  readonly fields: readonly FieldDefinition[];
}

/** A stored value. DateTime is milliseconds since 1970, Int a whole number of 32 bits; a value that is not there is null. */
export type FieldValue = string | number | boolean | readonly string[] | null;
