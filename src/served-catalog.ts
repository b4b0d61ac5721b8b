import type { App } from './app.ts';
import type { CatalogDefinition, FieldKind } from './catalog/definition.ts';
import { IMAGES } from './catalog/product.ts';
import { catalogFingerprint, DEMO, OWN, otherName, readServed, type Served, writeServed } from './catalog/served.ts';
import { MargayError } from './errors.ts';
import { ingest, type Outcome } from './ingest/indexer.ts';
import type { Source } from './ingest/source.ts';
import { type CatalogStamp, schemaChange, schemaOf } from './retrieve/catalog-stamp.ts';
import type { VectorStore } from './retrieve/vector-store.ts';

/** Called for each item of a source when it is done with. */
export type OnOutcome = (outcome: Outcome) => void;

export const stampOf = ({ encoder, config, definition }: App, name: string): CatalogStamp => ({
  name,
  dimensions: encoder.info.dimensions,
  fingerprint: catalogFingerprint(encoder.info.fingerprint, config.CATALOG_EMBED, definition.title),
  schema: schemaOf(definition),
});

/** The catalog, made empty where there is none; or why what is stored can't be served as what is wanted. */
async function tryOpen(app: App, stamp: CatalogStamp): Promise<VectorStore | { readonly refusal: string }> {
  const { stores, signal } = app;
  try {
    return await stores.open(stamp, { signal });
  } catch (error) {
    if (!(error instanceof MargayError) || error.code !== 'CATALOG_MISMATCH') throw error;
    if (!(await isEmpty(app, stamp.name))) return { refusal: error.message };
    // Who still writes the catalog file has nothing to lose.
    await stores.drop(stamp.name, { signal });
    return stores.open(stamp, { signal });
  }
}

async function isEmpty({ stores, signal }: App, name: string): Promise<boolean> {
  const stored = await stores.stamp(name, { signal });
  if (!stored) return true;
  const store = await stores.open(stored, { signal });
  try {
    return (await store.count({ signal })) === 0;
  } finally {
    await store.close();
  }
}

/**
 * Adds a source's products to the catalog of one's own, which is served from then on. With `rebuild` it is made anew of this source alone,
 * beside the old one, which goes when the new one stands.
 * @returns how many products the catalog has then.
 * @throws MargayError BAD_INPUT where nothing could be indexed: what was served before still is.
 */
export async function index(
  app: App,
  source: Source,
  from: string,
  rebuild: boolean,
  onOutcome: OnOutcome,
): Promise<number> {
  const { definition, stores, signal, config } = app;
  await checkFullText(app);
  const served = await readServed(config.MARGAY_DATA);
  // A first run that was cut off goes on; and a store may outlive the data folder.
  const current = served?.name ?? ((await stores.stamp(OWN, { signal })) ? OWN : undefined);
  const stamp = stampOf(app, rebuild && current ? otherName(current) : (current ?? OWN));
  if (rebuild) await stores.drop(stamp.name, { signal });
  const store = await tryOpen(app, stamp);
  if ('refusal' in store) throw mismatch(store.refusal, served?.sources ?? []);
  await ingest(source, { ...app, store }, { definition, embed: config.CATALOG_EMBED, signal, onOutcome });
  await store.optimize({ signal });
  const count = await store.count({ signal });
  await store.close();
  if (count === 0)
    throw new MargayError('BAD_INPUT', 'Nothing could be indexed.', {
      remedy: 'Name a folder of pictures, or a .jsonl file of products with their pictures.',
    });
  const sources = rebuild ? [from] : [...new Set([...(served?.sources ?? []), from])];
  await writeServed(config.MARGAY_DATA, { name: stamp.name as Served['name'], sources });
  if (current && rebuild) await stores.drop(current, { signal });
  return count;
}

function mismatch(fault: string, [first, ...others]: readonly string[]): MargayError {
  const again = first === undefined ? 'npm run index -- SOURCE --rebuild' : `npm run index -- ${first} --rebuild`;
  return new MargayError('CATALOG_MISMATCH', fault, {
    remedy: [
      `Start with the ENCODER, CATALOG_EMBED and CATALOG_FILE of before, or index again: ${again}`,
      ...others.map((other) => `npm run index -- ${other}`),
    ].join(' && '),
  });
}

/** What a store lacks stops the start: words that nobody finds would look like words that nobody wrote. */
async function checkFullText({ definition, stores, signal }: App): Promise<void> {
  const { analyzer } = definition;
  if (analyzer === undefined) return;
  const there = await stores.analyzers({ signal });
  if (there.includes(analyzer)) return;
  const fields = definition.fields.flatMap(({ name, fullText }) => (fullText ? [name] : []));
  throw new MargayError(
    'BAD_INPUT',
    there.length === 0
      ? `This ${stores.kind} server has no full text, which the catalog file asks for (${fields.join(', ')}).`
      : `${stores.kind} has no full text by ${analyzer}, which the catalog file asks for (${fields.join(', ')}).`,
    {
      remedy:
        there.length === 0
          ? 'Leave @fullText out of the file that CATALOG_FILE names, or take a store that has it: README says which.'
          : `Take one of ${there.join(', ')} in @fullText(analyzer:), or another store.`,
    },
  );
}

/** What the demo's products have. A catalog file that lacks one of them is somebody's own. */
const DEMO_FIELDS: Readonly<Record<string, FieldKind>> = {
  title: 'String',
  category: 'String',
  print: 'String',
  color: 'String',
  price: 'Float',
};

const isDemo = ({ fields, title }: CatalogDefinition): boolean =>
  title === 'title' &&
  fields.every(({ name, required }) => !required || name in DEMO_FIELDS) &&
  Object.entries(DEMO_FIELDS).every(([name, kind]) =>
    fields.some((field) => field.name === name && field.kind === kind),
  );

/**
 * The catalog to serve: one's own, where there is one or the catalog file is none of the demo's; it may be empty. Else the demo, which is
 * drawn and embedded where it is missing, unfinished or another encoder's.
 */
export async function openCatalog(app: App, prepareDemo: (total: number) => OnOutcome) {
  const { definition, stores, signal, config } = app;
  await checkFullText(app);
  let served = await readServed(config.MARGAY_DATA);
  if (!served && !isDemo(definition)) {
    served = { name: OWN, sources: [] };
    await writeServed(config.MARGAY_DATA, served);
  }
  const stamp = stampOf(app, served?.name ?? DEMO);
  if (served) {
    const { sources } = served;
    const store = await tryOpen(app, stamp);
    const refuse = (fault: string): VectorStore => {
      throw mismatch(fault, sources);
    };
    return { stamp, store: () => ('refusal' in store ? refuse(store.refusal) : store) };
  }
  const stored = await stores.stamp(stamp.name, { signal });
  if (stored && !isSame(stored, stamp)) await stores.drop(DEMO, { signal });
  const store = await stores.open(stamp, { signal });
  await fillDemo(app, store, prepareDemo);
  return { stamp, store: () => store };
}

/** The demo is made anew rather than changed. */
function isSame(stored: CatalogStamp, wanted: CatalogStamp): boolean {
  const { added, loosened, faults } = schemaChange(stored.schema, wanted.schema);
  return (
    stored.fingerprint === wanted.fingerprint &&
    stored.dimensions === wanted.dimensions &&
    added.length + loosened.length + faults.length === 0
  );
}

export type Catalog = Awaited<ReturnType<typeof openCatalog>>;

async function fillDemo(app: App, store: VectorStore, prepareDemo: (total: number) => OnOutcome): Promise<void> {
  const { definition, config, signal } = app;
  const { demoSource } = await import('./demo/source.ts');
  const source = demoSource(app.renderer);
  if ((await store.count({ signal })) >= source.total && (await keepsPictures(store, app))) return;
  const failed: Outcome[] = [];
  const report = prepareDemo(source.total);
  const onOutcome: OnOutcome = (outcome) => {
    if (outcome.status === 'FAILED') failed.push(outcome);
    report(outcome);
  };
  await ingest(source, { ...app, store }, { definition, embed: config.CATALOG_EMBED, signal, onOutcome });
  await store.optimize({ signal });
  if (failed[0]?.status === 'FAILED')
    throw new MargayError('INTERNAL', `The demo could not be prepared: ${failed[0].reason}`);
}

/** Whether the pictures are there beside the vectors: a look at the first product tells a lost media folder. */
async function keepsPictures(store: VectorStore, { media, signal }: App): Promise<boolean> {
  const { products } = await store.page({ first: 1, columns: [IMAGES], signal });
  const [image] = products[0]?.images ?? [];
  return image !== undefined && (await media.has(image.id));
}
