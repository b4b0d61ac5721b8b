import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { useDeferStream } from '@graphql-yoga/plugin-defer-stream';
import { buildSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';

export interface Running {
  /** Such as http://127.0.0.1:40123 */
  readonly url: string;
  /** `content-type` of each GraphQL request so far, in order. */
  readonly contentTypes: readonly string[];
  close(): Promise<void>;
}

type Page = (req: IncomingMessage, res: ServerResponse) => boolean;

const COLORS = ['#e2b04a', '#7aa5c9', '#c96f6f', '#83b56b', '#a58bc4', '#d99b66', '#5fb3a8', '#c77fa0', '#9a9a6a'];

/** The contract with nothing behind it: products are made up, and what was uploaded is told back by name and size. So the page's tests need no model. */
export async function startStandIn(page: Page): Promise<Running> {
  const contentTypes: string[] = [];
  const schema = buildSchema(await readFile('schema.graphql', 'utf8'));
  let url = '';

  const image = (id: string) => ({
    id,
    url: () => `${url}/images/${id}.svg`,
    width: 320,
    height: 320,
    thumbhash: '',
    placeholder: '',
  });
  const product = (index: number): Record<string, unknown> => ({
    id: `p${index}`,
    title: `Phone case ${index}`,
    category: 'phone case',
    print: 'leopard',
    color: 'gold',
    price: 9 + index,
    images: [image(`p${index}`)],
    similar: ({ topK }: { topK: number }) => hits(topK, index),
  });
  const hits = (count: number, from = 0) =>
    Array.from({ length: count }, (_unused, index) => ({
      product: product(from + index + 1),
      image: image(`p${from + index + 1}`),
      score: 0.9 - index / 50,
      rank: from + index + 1,
    }));
  const queryImage = async (upload: File | string | undefined, imageId?: string) => {
    const file = upload === undefined || typeof upload === 'string' ? undefined : await upload;
    const id = imageId ?? (file ? `${file.name}-${file.size}` : 'data');
    return {
      id,
      image: image(id),
      expiresAt: new Date(0).toISOString(),
      caption: file && `${file.name}, ${file.size} bytes`,
    };
  };

  const yoga = createYoga({
    schema,
    graphiql: false,
    landingPage: false,
    logging: false,
    plugins: [useDeferStream()],
    context: {},
  });
  const rootValue = {
    search: async (args: { image?: File; imageId?: string; topK: number; offset: number }) => {
      const asked = args.image || args.imageId ? await queryImage(args.image, args.imageId) : null;
      const found = hits(args.topK, args.offset);
      const late = async <Value>(value: Value) => delay(80).then(() => value);
      return {
        image: asked,
        hits: found,
        scoreKind: 'COSINE',
        queryCaption: asked?.caption ?? null,
        rationale: () => late('Its print is that of the picture.'),
        reranked: () =>
          late(found.toReversed().map((hit, at) => ({ ...hit, position: at + 1, reason: `place ${at + 1}` }))),
        rerank: { status: 'APPLIED', model: 'stand-in', repairs: [], calls: 1, cached: false, milliseconds: 80 },
      };
    },
    uploadImage: ({ image: upload }: { image: File }) => queryImage(upload),
    product: ({ id }: { id: string }) => product(Number(id.slice(1))),
    products: ({ first }: { first: number }) => ({
      nodes: Array.from({ length: first }, (_unused, index) => product(index + 1)),
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false },
      totalCount: first,
    }),
    catalog: {
      name: 'stand-in',
      count: 12,
      store: 'none',
      encoder: { name: 'none', dimensions: 4, fingerprint: '0', joint: 'NATIVE' },
    },
  };
  // buildSchema has no resolvers: those of the root are given here, the rest are plain values and functions.
  for (const type of [schema.getQueryType(), schema.getMutationType()])
    for (const field of Object.values(type?.getFields() ?? {}))
      field.resolve = (_root, args) => {
        const value: unknown = rootValue[field.name as keyof typeof rootValue];
        return typeof value === 'function' ? value(args) : value;
      };

  const server = createServer((req, res) => {
    if (page(req, res)) return;
    const picture = /^\/images\/p(\d+)\.svg/.exec(req.url ?? '');
    if (picture) {
      const fill = COLORS[Number(picture[1]) % COLORS.length];
      res.writeHead(200, { 'Content-Type': 'image/svg+xml' });
      res.end(
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect x="3" y="1" width="3" height="7" fill="${fill}"/></svg>`,
      );
      return;
    }
    if (req.url?.startsWith('/graphql')) contentTypes.push(req.headers['content-type'] ?? '');
    void yoga(req, res);
  });
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    contentTypes,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}
