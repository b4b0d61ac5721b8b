/** What the strip under the result shows of a hit. */
export interface Card {
  readonly key: string;
  readonly picture: string;
  readonly title: string;
  /** Cosine or BM25, as the server gave it. */
  readonly score: number | undefined;
  readonly rank: number | undefined;
  readonly reason: string | undefined;
}

export interface CardList {
  /** Where in the answer it was: `search.hits`. */
  readonly path: string;
  readonly label: string;
  readonly cards: readonly Card[];
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const number = (value: unknown) => (typeof value === 'number' ? value : undefined);

/** `url` may be aliased (`small: url(width: 200)`): any web address in an image object will do. */
function addressIn(image: unknown): string | undefined {
  if (!isFields(image)) return undefined;
  return Object.values(image).find(
    (value): value is string => typeof value === 'string' && /^(https?:\/\/|\/(?!\/))/.test(value),
  );
}

function cardOf(item: unknown, index: number): Card | undefined {
  if (!isFields(item)) return undefined;
  const product = isFields(item.product) ? item.product : isFields(item.node) ? item.node : item;
  // What the pictures and the title are called is the catalog's own.
  const picture =
    addressIn(item.image) ?? Object.values(product).filter(Array.isArray).flat().map(addressIn).find(Boolean);
  if (!picture) return undefined;
  return {
    key: `${index}:${text(product.id) ?? picture}`,
    picture,
    title: text(product.title) ?? firstText(product) ?? text(product.id) ?? 'untitled',
    score: number(item.score),
    rank: number(item.position) ?? number(item.rank),
    reason: text(item.reason),
  };
}

const firstText = ({ id: _, __typename, ...others }: Fields) =>
  Object.values(others).find((value) => text(value) !== undefined) as string | undefined;

/** Every list of hits or products with pictures in an answer, found by its shape, so that aliases and fragments do not matter. */
export function cardLists(data: unknown, path: readonly string[] = []): CardList[] {
  if (Array.isArray(data)) {
    const cards = data.flatMap((item, index) => cardOf(item, index) ?? []);
    const own = cards.length > 0 ? [{ path: path.join('.'), label: labelOf(path), cards }] : [];
    return [...own, ...data.flatMap((item, index) => cardLists(item, [...path, String(index)]))];
  }
  if (!isFields(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => cardLists(value, [...path, key]));
}

function labelOf(path: readonly string[]): string {
  const names = path.filter((step) => !['nodes', 'edges'].includes(step));
  const index = names.findLast((step) => /^\d+$/.test(step));
  const name = names.findLast((step) => !/^\d+$/.test(step)) ?? 'result';
  return index === undefined ? name : `${name} ${Number(index) + 1}`;
}

/** The first text of that name, wherever the answer has it. */
export function textNamed(data: unknown, name: string): string | undefined {
  if (Array.isArray(data) || !isFields(data)) return undefined;
  return (
    text(data[name]) ?? Object.values(data).reduce<string | undefined>((at, v) => at ?? textNamed(v, name), undefined)
  );
}
