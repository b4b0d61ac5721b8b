import type { Renderer } from '../image/renderer.ts';
import { demoCatalog } from './catalog.ts';

/** Pixels of a drawn product picture, square. */
const SIZE = 512;

/** The drawn catalog as an ingest source: each picture is drawn when it is read, and then goes the way of any photo. */
export function demoSource(renderer: Renderer) {
  const products = demoCatalog();
  return {
    total: products.length,
    *items() {
      for (const { svg, id, ...fields } of products)
        yield {
          id,
          fields,
          images: [
            {
              name: id,
              read: () => renderer.draw(svg(), { width: SIZE, height: SIZE }),
            },
          ],
        };
    },
  };
}
