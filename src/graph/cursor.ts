import type { Product } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';

const CURSOR = 'product:';

export const cursorOf = (product: Product | undefined) =>
  product ? Buffer.from(CURSOR + product.id).toString('base64url') : null;

/** @throws MargayError BAD_INPUT for what is none. */
export function readCursor(cursor: string): string {
  const read = Buffer.from(cursor, 'base64url').toString();
  if (read.startsWith(CURSOR) && read.length > CURSOR.length) return read.slice(CURSOR.length);
  throw new MargayError('BAD_INPUT', 'after is not a cursor of this server.', {
    argument: 'after',
    remedy: 'Send an endCursor that this query gave.',
  });
}
