import { type FtsOptions, Index, MatchQuery, type Table } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import type { Analyzer } from '../catalog/definition.ts';
import type { Column } from '../catalog/product.ts';
import type { Candidate } from './grouping.ts';
import type { LancePlace } from './lance-index.ts';
import { readId } from './product-key.ts';
import { storedName } from './stored-row.ts';

/** Where a product's words are; null in the rows of all but its main picture. */
export const TEXT = 'text';

/** Longer runs of letters are left out; LanceDB's own limit of 40 would leave out chemical names. */
const LONGEST_WORD = 255;

const COMMON: Partial<FtsOptions> = {
  // Positions serve phrases, which nobody asks for.
  withPosition: false,
  lowercase: true,
  asciiFolding: false,
  stem: false,
  removeStopWords: false,
  maxTokenLength: LONGEST_WORD,
};

/** What LanceDB has without a download. Its jieba needs a dictionary from elsewhere; ICU's comes with it and cuts Chinese too. */
const TOKENIZERS: Readonly<Record<Analyzer, Partial<FtsOptions>>> = {
  STANDARD: { baseTokenizer: 'simple' },
  ENGLISH: { baseTokenizer: 'simple', language: 'English', stem: true, removeStopWords: true },
  CHINESE: { baseTokenizer: 'icu/split' },
};
export const LANCE_ANALYZERS = Object.keys(TOKENIZERS) as Analyzer[];

/**
 * Makes the index of words where there is none. It is made of the empty table, because it says how words are read: rows that came after it are
 * read the same way and found at once, more slowly until `optimize` takes them in.
 */
export async function indexText(table: Table, analyzer: Analyzer | null): Promise<void> {
  if (analyzer === null || (await hasIndex(table))) return;
  try {
    await table.createIndex(TEXT, { config: Index.fts({ ...COMMON, ...TOKENIZERS[analyzer] }) });
  } catch (error) {
    // Another process may have made it at the same moment.
    if (!(await hasIndex(table))) throw error;
  }
}

const hasIndex = async (table: Table): Promise<boolean> =>
  (await table.listIndices()).some(({ columns }) => columns.includes(TEXT));

/** Rows that have one of the words or more, best first by BM25. @param words as `wordsOf` makes them; they are no query language. */
export async function matchingRows(
  table: Table,
  words: string,
  { limit, columns, where }: { limit: number; columns: readonly Column[]; where: string | undefined },
): Promise<Candidate<LancePlace>[]> {
  const query = table.query().fullTextSearch(new MatchQuery(words, TEXT)).limit(limit);
  if (where !== undefined) query.where(where);
  const rows: ArrowTable = await query
    .select([...new Set(['product_id', 'ordinal', ...columns.map(storedName), '_score'])])
    .toArrow();
  // A query without rows comes back without columns.
  if (rows.numRows === 0) return [];
  const ids = rows.getChild('product_id')!;
  const ordinals = rows.getChild('ordinal')!;
  const scores = rows.getChild('_score')!;
  return Array.from({ length: rows.numRows }, (_, row) => ({
    productId: readId(ids.get(row)),
    ordinal: ordinals.get(row),
    score: scores.get(row),
    place: { table: rows, row },
  }));
}
