import type { ProductId, Row } from '../catalog/product.ts';
import type { Embedding } from '../encode/encoder.ts';
import { MargayError } from '../errors.ts';
import { checkId } from './product-key.ts';

/** Checks that every adapter makes: the stores pad wrong dimensions, take NaN, and double keys without a word. */

const MAX_RESULTS = 1000;
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** @throws MargayError BAD_INPUT */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw refused('name', 'A catalog name is not a lower-case letter followed by letters, digits and "_".');
}

/** @throws MargayError BAD_INPUT */
export function checkVector(vector: Embedding, dimensions: number): void {
  if (vector.length !== dimensions)
    throw refused('vector', `A vector has ${vector.length} dimensions where the catalog has ${dimensions}.`);
  let norm = 0;
  for (const x of vector) norm += x * x;
  if (!Number.isFinite(norm)) throw refused('vector', 'A vector holds a value that is not finite.');
  if (norm === 0) throw refused('vector', 'A vector is all zeros and points nowhere.');
}

/** @throws MargayError BAD_INPUT */
export function checkDepth(topK: number, offset: number): void {
  const whole = Number.isInteger(topK) && Number.isInteger(offset);
  if (!whole || topK < 1 || offset < 0 || topK + offset > MAX_RESULTS)
    throw refused('topK', `topK ${topK} from offset ${offset} does not lie in 1 to ${MAX_RESULTS}.`);
}

/** @throws MargayError BAD_INPUT */
export function checkFirst(first: number): void {
  if (!Number.isInteger(first) || first < 1 || first > MAX_RESULTS)
    throw refused('first', `first is ${first}, outside 1 to ${MAX_RESULTS}.`);
}

/**
 * The rows by product.
 * @throws MargayError BAD_INPUT unless each product's ordinals are 0, 1, 2 ... and every id and vector is sound.
 */
export function checkRows(rows: readonly Row[], dimensions: number): Map<ProductId, Row[]> {
  const products = new Map<ProductId, Row[]>();
  for (const row of rows) {
    checkId(row.productId, 'productId');
    checkVector(row.vector, dimensions);
    const known = products.get(row.productId);
    if (known) known.push(row);
    else products.set(row.productId, [row]);
  }
  for (const own of products.values()) {
    own.sort((a, b) => a.ordinal - b.ordinal);
    if (own.some(({ ordinal }, place) => ordinal !== place))
      throw refused('rows', 'The pictures of a product are not numbered 0, 1, 2 ... without gaps or repeats.');
  }
  return products;
}

const refused = (argument: string, message: string) =>
  new MargayError('BAD_INPUT', message, { argument, remedy: `Correct ${argument} and send it again.` });
