import type { ProductId } from '../catalog/product.ts';
import { type DemoProduct, demoCatalog } from '../demo/catalog.ts';
import type { Renderer } from '../image/renderer.ts';
import { type DemoQuery, demoTasks, type Labels, SERIES } from './demo-queries.ts';

/** Reads or draws a picture file. */
export type PictureFile = () => Promise<Uint8Array>;

/** A product of a labelled set, with its one picture. */
export interface LabelledProduct {
  readonly id: ProductId;
  readonly title: string;
  readonly category: string;
  readonly file: PictureFile;
}

/** At least one of text and picture. */
export interface LabelledQuery {
  readonly text: string | undefined;
  readonly picture: PictureFile | undefined;
  /** Grades of all products that answer it, 1 and up. */
  readonly relevant: ReadonlyMap<ProductId, number>;
  /** Products that are taken out of its ranking. */
  readonly exclude: ReadonlySet<ProductId>;
  /** All products it has to do with: the one that is asked with, those that answer it, those taken out. Two queries that share one aren't independent. */
  readonly about: ReadonlySet<string>;
  /** Of drawn ones: what is asked for, and what the picture shows. */
  readonly asks?: Labels;
  readonly shows?: Labels;
}

export interface LabelledTask {
  readonly name: string;
  readonly queries: readonly LabelledQuery[];
}

/** A catalog with queries whose answers are known. */
export interface LabelledSet {
  readonly name: string;
  readonly products: readonly LabelledProduct[];
  readonly tasks: readonly LabelledTask[];
}

/** Pixels of a drawing, as the demo catalog's. */
export const DRAWING = { width: 512, height: 512 };

/** The demo catalog with held-out queries, `count` a task: those of the tables, or others. */
export function demoSet(renderer: Renderer, count: number, series: keyof typeof SERIES = 'tables'): LabelledSet {
  const catalog = demoCatalog();
  return {
    name: 'Demo catalog, drawings that no model was trained on',
    products: catalog.map((product) => ({
      id: product.id,
      title: product.title,
      category: product.category,
      file: () => renderer.draw(product.svg(), DRAWING),
    })),
    tasks: demoTasks(catalog, count, SERIES[series]).map(({ name, queries }) => ({
      name,
      queries: queries.map((query) => drawnQuery(query, catalog, renderer)),
    })),
  };
}

/** A query of the demo with its answers in the catalog. */
export function drawnQuery(query: DemoQuery, catalog: readonly DemoProduct[], renderer: Renderer): LabelledQuery {
  const { text, svg, asks, shows } = query;
  const relevant = catalog.filter((product) => query.relevant(product)).map(({ id }) => id);
  return {
    text,
    picture: svg === undefined ? undefined : () => renderer.draw(svg, DRAWING),
    relevant: new Map(relevant.map((id) => [id, 1])),
    exclude: new Set(),
    about: new Set(relevant),
    asks,
    ...(shows && { shows }),
  };
}
