import type { ProductId } from '../catalog/product.ts';
import { storedId } from './product-key.ts';

const ESCAPES: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text as a literal of Milvus's filter language, in which nothing of it has a meaning. `\u` is no escape on Milvus Lite. */
export const quote = (text: string): string => `"${text.replace(/[\\"\n\r\t]/g, (character) => ESCAPES[character]!)}"`;

export const among = (column: string, texts: readonly string[]): string =>
  `${column} in [${texts.map(quote).join(', ')}]`;

export const amongProducts = (ids: readonly ProductId[]): string => among('product_id', ids.map(storedId));
