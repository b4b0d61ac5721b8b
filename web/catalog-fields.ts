/** What the examples name of a catalog's products, beside `id`. */
export interface CatalogFields {
  /** `String!` in every catalog. */
  readonly title: string;
  readonly images: string;
  /** Of kind String, and of a kind with numbers: undefined where there is none. */
  readonly text: string | undefined;
  readonly number: string | undefined;
  /** At most four: first those that can be filtered by, each lot in the schema's order. */
  readonly others: readonly string[];
  /** `text` or `number`, where it can be filtered by. */
  readonly filtered: string | undefined;
}

/** Of the demo's catalog.graphql. */
export const DEMO_FIELDS: CatalogFields = {
  title: 'title',
  images: 'images',
  text: 'category',
  number: 'price',
  others: ['category', 'print', 'color', 'price'],
  filtered: 'price',
};

/** `fields` and `inputFields` are two deep: three are refused as introspection without end. */
export const FIELDS_QUERY = `query CatalogFields {
  hit: __type(name: "Hit") {
    fields { name type { ofType { fields { name type { ...Of ofType { ...Of ofType { ...Of ofType { ...Of } } } } } } } }
  }
  query: __type(name: "Query") {
    fields { name args { name type { inputFields { name } } } }
  }
}
fragment Of on __Type { kind name }`;

interface TypeRef {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType?: TypeRef | null;
}

interface Named<T = unknown> {
  readonly name: string;
  readonly type: T;
}

/** What a margay answers. */
interface Answer {
  readonly hit: { readonly fields: readonly Named<{ ofType: { fields: readonly Named<TypeRef>[] } }>[] };
  readonly query: {
    readonly fields: readonly { name: string; args: readonly Named<{ inputFields: readonly Named[] | null }>[] }[];
  };
}

/** As SDL writes it: `[Image!]!`. */
function typeText({ kind, name, ofType }: TypeRef): string {
  const inner = ofType ? typeText(ofType) : '';
  return kind === 'NON_NULL' ? `${inner}!` : kind === 'LIST' ? `[${inner}]` : (name ?? '');
}

const isLeaf = ({ kind, ofType }: TypeRef): boolean => (ofType ? isLeaf(ofType) : kind === 'SCALAR');

const named = <T extends { readonly name: string }>(list: readonly T[], name: string) =>
  list.find((item) => item.name === name);

/**
 * @param data of the answer to FIELDS_QUERY.
 * @throws TypeError where the schema is no margay's.
 */
export function fieldsIn(data: unknown): CatalogFields {
  const { hit, query } = data as Answer;
  const fields = named(hit.fields, 'product')!.type.ofType.fields.map(({ name, type }) => ({
    name,
    type: typeText(type),
    leaf: isLeaf(type),
  }));
  // Which field is the title, the schema does not say: it is most often the first that no product lacks.
  const title = fields.find(({ type }) => type === 'String!')!.name;
  const images = fields.find(({ type }) => type === '[Image!]!')!.name;

  const tests = named(named(query.fields, 'search')!.args, 'filter')?.type.inputFields ?? [];
  // No field that can be filtered by has the name of a connective, but one that can't may have.
  const filters = new Set(tests.map(({ name }) => name).filter((name) => !['and', 'or', 'not'].includes(name)));
  const others = fields
    .filter(({ name, leaf }) => leaf && name !== 'id' && name !== title)
    .sort((a, b) => Number(filters.has(b.name)) - Number(filters.has(a.name)));
  const text = others.find(({ type }) => /^String!?$/.test(type))?.name;
  const number = others.find(({ type }) => /^(Float|Int)!?$/.test(type))?.name;
  return {
    title,
    images,
    text,
    number,
    others: others.slice(0, 4).map(({ name }) => name),
    filtered: [number, text].find((name) => name !== undefined && filters.has(name)),
  };
}

/**
 * Asks the server. The page waits for it; where there is no use in waiting, it takes the demo's fields.
 * @param deadline milliseconds.
 */
export async function readCatalogFields(url: string, deadline = 3_000): Promise<CatalogFields> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: FIELDS_QUERY, operationName: 'CatalogFields' }),
      signal: AbortSignal.timeout(deadline),
    });
    return fieldsIn((await response.json()).data);
  } catch {
    return DEMO_FIELDS;
  }
}
