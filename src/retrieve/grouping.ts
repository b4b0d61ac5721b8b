import type { ProductId } from '../catalog/product.ts';
import { byId } from './product-key.ts';

/** A row that a search found. `place` is where the adapter finds its other columns. */
export interface Candidate<Place> {
  readonly productId: ProductId;
  readonly ordinal: number;
  readonly score: number;
  readonly place: Place;
}

/** Best row first: by score, then product id, then the picture's place in the product. */
const better = (a: Candidate<unknown>, b: Candidate<unknown>): number =>
  b.score - a.score || byId(a.productId, b.productId) || a.ordinal - b.ordinal;

/** Each product once, by its best row, best first. */
export function bestOfEach<Place>(candidates: Iterable<Candidate<Place>>): Candidate<Place>[] {
  const best = new Map<ProductId, Candidate<Place>>();
  for (const candidate of candidates) {
    const known = best.get(candidate.productId);
    if (!known || better(candidate, known) < 0) best.set(candidate.productId, candidate);
  }
  return [...best.values()].sort(better);
}

/** The most rows asked for at once: Milvus brings no more, and LanceDB would bring a whole table of equals, their columns with them. */
export const MOST_ROWS = 16_384;
/** Rows are asked for in steps of this factor until enough products are among them. */
const WIDER = 4;
/** How much of a difference to fewer rows is believed at once. */
const DRIFT = 0.1;

/**
 * Rows that a product takes among the best ones, as the searches of one catalog find it: 1 where each has one picture. A search asks for no
 * more rows than it is likely to need, since all their columns come along: more than one step wider is never believed, since one product of
 * many like pictures says little of the others.
 */
export class Crowding {
  #rows: number;

  /** @param rows what is believed before the first search. */
  constructor(rows = 2) {
    this.#rows = rows;
  }

  /** One more than that, to know the last one's equals. */
  rowsFor(products: number): number {
    return Math.ceil(products * this.#rows) + 1;
  }

  /** It took so many rows: more are believed at once, fewer little by little. */
  took(rows: number, products: number): void {
    const found = Math.min(WIDER, rows / products);
    this.#rows += (found - this.#rows) * (found > this.#rows ? 1 : DRIFT);
  }
}

/**
 * The first `wanted` products for each query of a search that knows only rows, all queries in one trip. It is widened for those that need
 * it until the products are certain: rows that tie with the last one read may have unread equals, so they count only once every row is
 * read or `MOST_ROWS` are asked for. Then what was read is all there is: of more equals than that come those that the store brought, by id
 * among themselves, and fewer than `wanted` products where they have more pictures than that.
 * @param exclude for each query a product left out.
 * @param nearest for each of the queries (by place) at most `limit` rows, best first.
 */
export async function firstProducts<Place>(
  wanted: number,
  exclude: readonly (ProductId | undefined)[],
  crowding: Crowding,
  nearest: (queries: readonly number[], limit: number) => Promise<readonly (readonly Candidate<Place>[])[]>,
): Promise<Candidate<Place>[][]> {
  const found: Candidate<Place>[][] = exclude.map(() => []);
  let open = [...exclude.keys()];
  const first = crowding.rowsFor(wanted + (exclude.some((product) => product !== undefined) ? 1 : 0));
  for (let limit = Math.min(MOST_ROWS, first); open.length > 0; limit = Math.min(MOST_ROWS, limit * WIDER)) {
    const answers = await nearest(open, limit);
    open = open.filter((query, place) => {
      const answer = answers[place] ?? [];
      const all = answer.length < limit || limit >= MOST_ROWS;
      // A vector that is no vector (others may have stored one) is found by nothing.
      const rows = answer.filter(({ score }) => Number.isFinite(score));
      const floor = all ? Number.NEGATIVE_INFINITY : (rows.at(-1)?.score ?? Number.NEGATIVE_INFINITY);
      const products = bestOfEach(rows.filter(({ productId, score }) => productId !== exclude[query] && score > floor));
      found[query] = products.slice(0, wanted);
      if (products.length < wanted) return !all;
      const last = found[query].at(-1)!;
      crowding.took(rows.findIndex(({ productId }) => productId === last.productId) + 1, wanted);
      return false;
    });
  }
  return found;
}
