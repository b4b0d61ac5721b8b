import { MargayError } from '../errors.ts';
import type { CatalogStamp } from './vector-store.ts';

/** @throws MargayError CATALOG_MISMATCH where the stored vectors are not of the space that is asked for. */
export function checkStamp(stored: CatalogStamp, wanted: CatalogStamp): void {
  if (stored.fingerprint === wanted.fingerprint && stored.dimensions === wanted.dimensions) return;
  throw new MargayError(
    'CATALOG_MISMATCH',
    'The stored vectors were made by another encoder or from other parts of the products.',
    {
      remedy:
        'Start with the encoder and settings of before, or index the catalog again: npm run index -- SOURCE --rebuild',
    },
  );
}
