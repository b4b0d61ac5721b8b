import type { CatalogWrites } from '../ingest/catalog-writes.ts';
import type { Allowance } from '../policy/budget.ts';
import type { Stages } from '../search/search.ts';
import type { Cost } from './cost.ts';
import type { ProductLoaders } from './loaders.ts';

/** What a request needs to be answered: the stages, and where it came from. */
export interface GraphContext {
  readonly stages: Stages;
  readonly catalogName: string;
  readonly storeKind: string;
  /** Fingerprint of the encoder and of what is embedded of a product. */
  readonly fingerprint: string;
  /** Origin written into picture URLs. */
  readonly origin: string;
  /** The bytes of an Upload; refusals name `argument`. */
  readonly readPicture: (upload: unknown, argument: string) => Promise<Uint8Array>;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
  /** What the client may still take of the rerank model; undefined without a limit. */
  readonly allowance: Allowance | undefined;
  readonly cost: Cost;
  readonly loaders: ProductLoaders;
  readonly writes: CatalogWrites;
  /** @throws MargayError UNAUTHENTICATED, FORBIDDEN where the client may not change the catalog. */
  readonly checkWriter: () => void;
}
