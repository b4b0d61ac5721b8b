/** Milvus takes 255; a prefix, and the names that are derived, want room. */
export const LONGEST_NAME = 60;

/** Types of the API itself, those of this version and those that the contract holds ready. */
export const API_TYPES: ReadonlySet<string> = new Set([
  ...['Query', 'Mutation', 'Subscription'],
  ...['ID', 'String', 'Int', 'Float', 'Boolean', 'DateTime', 'URL', 'Upload'],
  ...['SearchResult', 'QueryImage', 'Hit', 'RankedHit', 'ScoreKind', 'RetrievalMode', 'Facet', 'FacetValue'],
  ...['RerankReport', 'RerankStatus', 'RerankFallback', 'RerankRepair'],
  ...['Image', 'ImageFormat', 'ImageInput', 'PageInfo', 'Catalog', 'Encoder', 'JointMode', 'Analyzer'],
  ...['IdFilter', 'StringFilter', 'IntFilter', 'FloatFilter', 'BooleanFilter', 'DateTimeFilter', 'StringListFilter'],
  ...['IndexOutcome', 'IndexStatus', 'IndexError', 'DeletePayload', 'ErrorCode'],
]);

/** What follows the type's name in the names of the types that are made from it. */
export const DERIVED = ['Filter', 'Input', 'Connection', 'Edge', 'Selector'] as const;

/** Fields that the API gives the type beside those of the file. */
const API_FIELDS: ReadonlySet<string> = new Set(['similar']);

const FILTER_WORDS: ReadonlySet<string> = new Set(['and', 'or', 'not']);

/** Why a type can't have this name; undefined where it can. */
export function faultOfTypeName(name: string): string | undefined {
  const derived = DERIVED.map((end) => name + end).find((made) => API_TYPES.has(made));
  if (API_TYPES.has(name)) return 'The API has a type of that name itself. Rename it.';
  if (derived !== undefined)
    return `The API has a type ${derived} itself, which would be made from this one. Rename it.`;
  return faultOfAnyName(name);
}

/** Why a field can't have this name; undefined where it can. */
export function faultOfFieldName(name: string, filtered: boolean): string | undefined {
  if (API_FIELDS.has(name)) return 'The API gives the type a field of that name itself. Rename it.';
  if (filtered && FILTER_WORDS.has(name))
    return 'In a filter that name joins other filters. Rename it, or leave @filter out.';
  // `constructor`, `toString`: a product that lacks the field would seem to have it.
  if (name in {}) return 'Every JavaScript object has a property of that name. Rename it.';
  return faultOfAnyName(name);
}

function faultOfAnyName(name: string): string | undefined {
  if (name.startsWith('_')) return 'Names that begin with an underscore belong to GraphQL and the stores. Rename it.';
  return name.length > LONGEST_NAME
    ? `Its name has ${name.length} letters, and not every store takes more than ${LONGEST_NAME}. Shorten it.`
    : undefined;
}
