import sharp from 'sharp';
import type { Door, GraphQLAnswer } from '../door.ts';

/** A picture to send: a file, or a text as it is (a data: URI). */
export type Sent = Uint8Array | string;
/** Fields as GraphQL takes them, and the pictures in order. */
export interface SentProduct {
  readonly id: string;
  readonly pictures: readonly Sent[];
  readonly [field: string]: unknown;
}

export interface WriteOptions {
  readonly headers?: Record<string, string>;
  /** Names of the type and of its pictures; the demo's by default. */
  readonly type?: string;
  readonly images?: string;
  readonly signal?: AbortSignal;
}

/** A PNG of one color, exact to the bit; `place` up to 16 million gives as many colors. */
export const colored = async (place: number): Promise<Uint8Array> =>
  new Uint8Array(
    await sharp({
      create: {
        width: 16,
        height: 12,
        channels: 3,
        background: { r: (place * 37) % 256, g: (place >> 8) % 256, b: (place * 11) % 256 },
      },
    })
      .png()
      .toBuffer(),
  );

export const dataUri = (bytes: Uint8Array, type = 'image/png') =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

/** The request of `indexProducts`: one multipart body where there is a file, else JSON. */
export function indexRequest(products: readonly SentProduct[], options: WriteOptions = {}): RequestInit {
  const { headers = {}, type = 'Product', images = 'images', signal } = options;
  const query = `mutation ($products: [${type}Input!]!) { indexProducts(products: $products) { id status error { code message } } }`;
  const files: { path: string; file: Uint8Array }[] = [];
  const sent = products.map(({ pictures, ...product }, place) => ({
    ...product,
    [images]: pictures.map((picture, ordinal) => {
      if (typeof picture === 'string') return { file: picture };
      files.push({ path: `variables.products.${place}.${images}.${ordinal}.file`, file: picture });
      return { file: null };
    }),
  }));
  const operation = JSON.stringify({ query, variables: { products: sent } });
  const accept = { accept: 'application/json', ...headers };
  const init: RequestInit = { method: 'POST', ...(signal && { signal }) };
  if (files.length === 0)
    return { ...init, headers: { 'content-type': 'application/json', ...accept }, body: operation };
  const form = new FormData();
  form.set('operations', operation);
  form.set('map', JSON.stringify(Object.fromEntries(files.map(({ path }, place) => [place, [path]]))));
  for (const [place, { file }] of files.entries()) form.set(String(place), new Blob([new Uint8Array(file)]), 'x.png');
  return { ...init, headers: { 'apollo-require-preflight': '1', ...accept }, body: form };
}

export async function indexProducts(
  door: Pick<Door, 'url'>,
  products: readonly SentProduct[],
  options: WriteOptions = {},
): Promise<GraphQLAnswer> {
  return (await fetch(`${door.url}/graphql`, indexRequest(products, options))).json() as Promise<GraphQLAnswer>;
}

/** "id STATUS" and the code of what failed, in order. */
export const outcomes = ({ data, errors }: GraphQLAnswer): string[] =>
  errors
    ? errors.map(({ extensions }) => `error ${extensions.code}`)
    : data.indexProducts.map(
        ({ id, status, error }: { id: string; status: string; error: { code: string } | null }) =>
          `${id} ${status}${error ? ` ${error.code}` : ''}`,
      );

export const DELETE = 'mutation ($where: ProductSelector!) { deleteProducts(where: $where) { deletedCount } }';
