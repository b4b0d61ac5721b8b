import type { Product as CatalogProduct, StoredImage } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import type { Hit as FoundHit, ProductPage } from '../retrieve/vector-store.ts';
import { MAX_TOP_K } from '../search/query.ts';
import { builder } from './builder.ts';
import { Image } from './image.ts';
import { selected } from './loaders.ts';
import { hitColumns, productColumns, select } from './selection.ts';

/** A hit with its 1-based place in the retrieval order. */
export interface PlacedHit {
  readonly hit: FoundHit;
  readonly rank: number;
}

export const place = (hits: readonly FoundHit[], offset = 0): PlacedHit[] =>
  hits.map((hit, index) => ({ hit, rank: offset + index + 1 }));

export const hitImage = ({ hit }: PlacedHit): StoredImage => selected(hit.image, 'image');

export const Product = builder.objectRef<CatalogProduct>('Product');
export const Hit = builder.objectRef<PlacedHit>('Hit');

Hit.implement({
  fields: (t) => ({
    product: t.field({ type: Product, resolve: ({ hit }) => hit.product }),
    image: t.field({ type: Image, resolve: hitImage }),
    score: t.float({ resolve: ({ hit }) => hit.score }),
    rank: t.exposeInt('rank'),
  }),
});

Product.implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    title: t.string({ resolve: (product) => selected(product.title, 'title') }),
    category: t.string({ nullable: true, resolve: (product) => selected(product.category, 'category') }),
    print: t.string({ nullable: true, resolve: (product) => selected(product.print, 'print') }),
    color: t.string({ nullable: true, resolve: (product) => selected(product.color, 'color') }),
    price: t.float({ nullable: true, resolve: (product) => selected(product.price, 'price') }),
    images: t.field({ type: [Image], resolve: (product) => selected(product.images, 'images') }),
    similar: t.field({
      type: [Hit],
      nullable: true,
      args: { topK: t.arg.int({ required: true, defaultValue: 9 }) },
      resolve: async ({ id }, { topK }, { loaders }, info) => {
        bounded('topK', topK);
        const hits = await loaders.similar(id, topK, hitColumns(info.fieldNodes, info));
        return hits && place(hits);
      },
    }),
  }),
});

const PageInfo = builder.objectRef<{ page: ProductPage; after: boolean }>('PageInfo').implement({
  fields: (t) => ({
    hasNextPage: t.boolean({ resolve: ({ page }) => page.hasNext }),
    hasPreviousPage: t.boolean({ resolve: ({ after }) => after }),
    startCursor: t.string({ nullable: true, resolve: ({ page }) => cursorOf(page.products[0]) }),
    endCursor: t.string({ nullable: true, resolve: ({ page }) => cursorOf(page.products.at(-1)) }),
  }),
});

const ProductEdge = builder.objectRef<CatalogProduct>('ProductEdge').implement({
  fields: (t) => ({
    cursor: t.string({ resolve: (product) => cursorOf(product)! }),
    node: t.field({ type: Product, resolve: (product) => product }),
  }),
});

const ProductConnection = builder.objectRef<{ page: ProductPage; after: boolean }>('ProductConnection').implement({
  fields: (t) => ({
    edges: t.field({ type: [ProductEdge], resolve: ({ page }) => [...page.products] }),
    nodes: t.field({ type: [Product], resolve: ({ page }) => [...page.products] }),
    pageInfo: t.field({ type: PageInfo, resolve: (connection) => connection }),
    totalCount: t.int({
      nullable: true,
      resolve: (_page, _args, { loaders }) => loaders.count(),
    }),
  }),
});

builder.queryFields((t) => ({
  product: t.field({
    type: Product,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { loaders }, info) => loaders.product(id, productColumns(info.fieldNodes, info)),
  }),
  products: t.field({
    type: ProductConnection,
    nullable: true,
    args: { first: t.arg.int({ required: true, defaultValue: 50 }), after: t.arg.string() },
    resolve: async (_root, { first, after }, { loaders }, info) => {
      bounded('first', first);
      const chosen = select(info.fieldNodes, info);
      const nodes = [...(chosen.get('nodes') ?? []), ...(select(chosen.get('edges') ?? [], info).get('node') ?? [])];
      const page = await loaders.page({
        first,
        ...(after == null ? {} : { after: readCursor(after) }),
        columns: productColumns(nodes, info),
      });
      return { page, after: after != null };
    },
  }),
}));

function bounded(argument: string, value: number): void {
  if (value >= 1 && value <= MAX_TOP_K) return;
  throw new MargayError('BAD_INPUT', `${argument} is ${value}, outside 1 to ${MAX_TOP_K}.`, {
    argument,
    remedy: `Send ${argument} between 1 and ${MAX_TOP_K}.`,
  });
}

const CURSOR = 'product:';
const cursorOf = (product: CatalogProduct | undefined) =>
  product ? Buffer.from(CURSOR + product.id).toString('base64url') : null;

function readCursor(cursor: string): string {
  const read = Buffer.from(cursor, 'base64url').toString();
  if (read.startsWith(CURSOR) && read.length > CURSOR.length) return read.slice(CURSOR.length);
  throw new MargayError('BAD_INPUT', 'after is not a cursor of this server.', {
    argument: 'after',
    remedy: 'Send an endCursor that this query gave.',
  });
}
