import type { Analyzer } from '../catalog/definition.ts';
import { MargayError } from '../errors.ts';
import { type CatalogStamp, parseStamp } from './catalog-stamp.ts';
import { MilvusCatalog } from './milvus-catalog.ts';
import { MilvusCollection } from './milvus-collection.ts';
import type { MilvusOptions } from './milvus-connection.ts';
import { isMissing, succeeded } from './milvus-errors.ts';
import { adaptFields } from './milvus-fields.ts';
import { rowCount } from './milvus-index.ts';
import { MilvusLink } from './milvus-link.ts';
import { collectionOf, STAMP } from './milvus-schema.ts';
import { analyzersOf } from './milvus-text.ts';
import { checkName } from './store-input.ts';
import type { StoreFactory } from './vector-store.ts';

const collectionName = (name: string): string => `margay_${name}`;

/** Catalogs on a Milvus server: one collection each, named `margay_` and the catalog's name. */
export class MilvusStores implements StoreFactory {
  readonly kind = 'milvus';
  readonly #link: MilvusLink;

  private constructor(link: MilvusLink) {
    this.#link = link;
  }

  /** Does not wait for the server: where it is down, calls fail with STORE_UNAVAILABLE until it answers. */
  static async connect(options: MilvusOptions): Promise<MilvusStores> {
    return new MilvusStores(new MilvusLink(options));
  }

  analyzers({ signal }: { signal: AbortSignal }): Promise<readonly Analyzer[]> {
    return this.#link.call("Reading Milvus's version", signal, async () => {
      const { version } = succeeded(await this.#link.client.getVersion());
      return analyzersOf(version);
    });
  }

  stamp(name: string, { signal }: { signal: AbortSignal }): Promise<CatalogStamp | null> {
    return this.#call('Reading the catalog stamp', name, signal, () => this.#find(name));
  }

  open(stamp: CatalogStamp, { signal }: { signal: AbortSignal }): Promise<MilvusCatalog> {
    const { name } = stamp;
    return this.#call('Opening the catalog', name, signal, async () => {
      if (!(await this.#find(name))) await this.#create(stamp);
      await adaptFields(this.#link.client, collectionName(name), await this.#stampOf(name), stamp);
      await this.#link.load(collectionName(name));
      const standing = async () => {
        const rows = rowCount(this.#link, collectionName(name));
        // Where both fail, the stamp knows better why.
        rows.catch(() => {});
        return { stamp: await this.#stampOf(name), rows: await rows };
      };
      return new MilvusCatalog(new MilvusCollection(this.#link, collectionName(name), stamp, standing));
    });
  }

  drop(name: string, { signal }: { signal: AbortSignal }): Promise<void> {
    return this.#call('Dropping the catalog', name, signal, async () => {
      succeeded(await this.#link.client.dropCollection({ collection_name: collectionName(name) }));
    });
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Another gateway may make the same catalog at the same moment: its stamp is compared like any other. */
  async #create(stamp: CatalogStamp): Promise<void> {
    const { version } = succeeded(await this.#link.client.getVersion());
    try {
      succeeded(
        await this.#link.client.createCollection(collectionOf(collectionName(stamp.name), stamp, version) as never),
      );
    } catch (error) {
      if (await this.#find(stamp.name)) return;
      throw stamp.schema.analyzer === 'CHINESE' && isMissing(error) ? lacksChinese(error) : error;
    }
  }

  async #find(name: string): Promise<CatalogStamp | null> {
    try {
      return await this.#stampOf(name);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async #stampOf(name: string): Promise<CatalogStamp> {
    const { properties } = succeeded(
      await this.#link.read(() => this.#link.client.describeCollection({ collection_name: collectionName(name) })),
    );
    const stamp = parseStamp(properties.find(({ key }) => key === STAMP)?.value as string | undefined);
    if (stamp) return stamp;
    throw new MargayError(
      'STORE_UNAVAILABLE',
      'Milvus holds a collection of that name that is no catalog of this gateway.',
      {
        remedy: 'Move it away, or set MILVUS_DATABASE to another database.',
      },
    );
  }

  async #call<T>(what: string, name: string, caller: AbortSignal, work: () => Promise<T>): Promise<T> {
    checkName(name);
    return this.#link.call(what, caller, work);
  }
}

/** What Milvus Lite says then is that there is no such collection. */
const lacksChinese = (cause: unknown) =>
  new MargayError('STORE_UNAVAILABLE', 'Milvus could not make a collection with full text by CHINESE.', {
    remedy:
      'Milvus Lite reads Chinese by the Python package jieba: install it beside milvus-lite and restart the server.',
    cause,
  });
