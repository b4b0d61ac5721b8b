import type { CatalogDefinition, FieldDefinition, FieldValue } from '../catalog/definition.ts';
import { type Product as CatalogProduct, IMAGES, type StoredImage } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import type { Filter as StoreFilter } from '../retrieve/filter.ts';
import type { Hit as FoundHit, ProductPage } from '../retrieve/vector-store.ts';
import { toFilter } from '../search/product-filter.ts';
import { MAX_TOP_K } from '../search/query.ts';
import { similarFrom } from '../search/relevance.ts';
import type { Builder } from './builder.ts';
import { cursorOf, readCursor } from './cursor.ts';
import { filterType } from './filter.ts';
import type { ImageTypes } from './image.ts';
import { selected } from './loaders.ts';
import { hitColumns, productColumns, select } from './selection.ts';

/** A hit with its 1-based place in the retrieval order. */
export interface PlacedHit {
  readonly hit: FoundHit;
  readonly rank: number;
  /** Null where no threshold was calibrated. */
  readonly relevant: boolean | null;
}

/** @param relevantFrom least score of a relevant hit. */
export const place = (hits: readonly FoundHit[], offset: number, relevantFrom: number | undefined): PlacedHit[] =>
  hits.map((hit, index) => ({
    hit,
    rank: offset + index + 1,
    relevant: relevantFrom === undefined ? null : hit.score >= relevantFrom,
  }));

export const hitImage = ({ hit }: PlacedHit): StoredImage => selected(hit.image, 'image');

export type ProductTypes = ReturnType<typeof productTypes>;

/** A page of products, and the filter that its total counts. */
interface Connection {
  readonly page: ProductPage;
  readonly after: boolean;
  readonly filter: StoreFilter | undefined;
}

/** The catalog's own type, its hits and pages. */
export function productTypes(builder: Builder, definition: CatalogDefinition, { Image }: ImageTypes) {
  const Product = builder.objectRef<CatalogProduct>(definition.type);
  const Hit = builder.objectRef<PlacedHit>('Hit');
  const Filter = filterType(builder, definition);

  Hit.implement({
    fields: (t) => ({
      product: t.field({ type: Product, resolve: ({ hit }) => hit.product }),
      image: t.field({ type: Image, resolve: hitImage }),
      score: t.float({ resolve: ({ hit }) => hit.score }),
      rank: t.exposeInt('rank'),
      relevant: t.exposeBoolean('relevant', { nullable: true }),
    }),
  });

  Product.implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      ...Object.fromEntries(
        definition.fields.map((field) => [
          field.name,
          t.field({
            type: typeOf(field) as 'String',
            nullable: !field.required as false,
            resolve: (product) => shown(field, selected(product.fields[field.name], field.name)) as string,
          }),
        ]),
      ),
      [definition.images]: t.field({ type: [Image], resolve: ({ images }) => selected(images, IMAGES) }),
      similar: t.field({
        type: [Hit],
        nullable: true,
        args: { topK: t.arg.int({ required: true, defaultValue: 9 }) },
        resolve: async ({ id }, { topK }, { loaders, stages }, info) => {
          bounded('topK', topK);
          const hits = await loaders.similar(id, topK, hitColumns(info.fieldNodes, info, definition));
          return hits && place(hits, 0, similarFrom(stages));
        },
      }),
    }),
  });

  const PageInfo = builder.objectRef<Connection>('PageInfo').implement({
    fields: (t) => ({
      hasNextPage: t.boolean({ resolve: ({ page }) => page.hasNext }),
      hasPreviousPage: t.boolean({ resolve: ({ after }) => after }),
      startCursor: t.string({ nullable: true, resolve: ({ page }) => cursorOf(page.products[0]) }),
      endCursor: t.string({ nullable: true, resolve: ({ page }) => cursorOf(page.products.at(-1)) }),
    }),
  });

  const ProductEdge = builder.objectRef<CatalogProduct>(`${definition.type}Edge`).implement({
    fields: (t) => ({
      cursor: t.string({ resolve: (product) => cursorOf(product)! }),
      node: t.field({ type: Product, resolve: (product) => product }),
    }),
  });

  const ProductConnection = builder.objectRef<Connection>(`${definition.type}Connection`).implement({
    fields: (t) => ({
      edges: t.field({ type: [ProductEdge], resolve: ({ page }) => [...page.products] }),
      nodes: t.field({ type: [Product], resolve: ({ page }) => [...page.products] }),
      pageInfo: t.field({ type: PageInfo, resolve: (connection) => connection }),
      totalCount: t.int({
        nullable: true,
        resolve: ({ filter }, _args, { loaders }) => loaders.count(filter),
      }),
    }),
  });

  builder.queryFields((t) => ({
    product: t.field({
      type: Product,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }, info) =>
        loaders.product(id, productColumns(info.fieldNodes, info, definition)),
    }),
    products: t.field({
      type: ProductConnection,
      nullable: true,
      args: {
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
        filter: t.arg({ type: Filter }),
      },
      resolve: async (_root, { first, after, filter: given }, { loaders }, info) => {
        bounded('first', first);
        const filter = given == null ? undefined : toFilter(given, definition.fields);
        const chosen = select(info.fieldNodes, info);
        const nodes = [...(chosen.get('nodes') ?? []), ...(select(chosen.get('edges') ?? [], info).get('node') ?? [])];
        const page = await loaders.page({
          first,
          ...(after == null ? {} : { after: readCursor(after) }),
          filter,
          columns: productColumns(nodes, info, definition),
        });
        return { page, after: after != null, filter };
      },
    }),
  }));

  return { Product, Hit, Filter };
}

const typeOf = ({ kind }: FieldDefinition) => (kind === 'StringList' ? ['String'] : kind);
const shown = ({ kind }: FieldDefinition, value: FieldValue) =>
  kind === 'DateTime' && value !== null ? new Date(Number(value)) : value;

function bounded(argument: string, value: number): void {
  if (value >= 1 && value <= MAX_TOP_K) return;
  throw new MargayError('BAD_INPUT', `${argument} is ${value}, outside 1 to ${MAX_TOP_K}.`, {
    argument,
    remedy: `Send ${argument} between 1 and ${MAX_TOP_K}.`,
  });
}
