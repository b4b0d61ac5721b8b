import { setTimeout as sleep } from 'node:timers/promises';
import type { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { MargayError } from '../errors.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { MilvusConnection, type MilvusOptions } from './milvus-connection.ts';
import { isReleased, milvusError, succeeded } from './milvus-errors.ts';

const LOAD_POLL_MS = 50;

/** The connection: every call with a deadline and one kind of error. */
export class MilvusLink {
  readonly #connection: MilvusConnection;
  readonly #timeoutMs: number;
  readonly #loading = new Map<string, Promise<void>>();

  constructor(options: MilvusOptions) {
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#connection = new MilvusConnection(options);
  }

  get client(): MilvusClient {
    return this.#connection.client;
  }

  /** `work`, let go at the deadline or when the caller leaves; gRPC ends it by the same deadline. */
  async call<T>(what: string, caller: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    caller.throwIfAborted();
    using signal = withDeadline(caller, this.#timeoutMs, what);
    try {
      return await abortable(this.#connection.watch(work(signal)), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : milvusError(error);
    }
  }

  /** A read, repeated once where the collection had to be loaded first. */
  async loaded<T extends object>(collection: string, read: () => Promise<T>): Promise<T> {
    try {
      return succeeded(await this.read(read));
    } catch (error) {
      if (!isReleased(error)) throw error;
      await this.load(collection);
      return succeeded(await this.read(read));
    }
  }

  /** A read, repeated once where its connection went away. */
  read<T>(ask: () => Promise<T>): Promise<T> {
    return this.#connection.read(ask);
  }

  /**
   * Loads a collection, once for all who wait for it.
   * @throws MargayError DEADLINE_EXCEEDED where it is not loaded in the time of one call; the server goes on loading.
   */
  load(collection: string): Promise<void> {
    let loading = this.#loading.get(collection);
    if (!loading) {
      loading = this.#load(collection).finally(() => this.#loading.delete(collection));
      this.#loading.set(collection, loading);
    }
    return loading;
  }

  async #load(collection_name: string): Promise<void> {
    // The other form of this call polls by itself, without end.
    succeeded(await this.client.loadCollectionAsync({ collection_name }));
    const deadline = Date.now() + this.#timeoutMs;
    while (succeeded(await this.client.getLoadState({ collection_name })).state !== 'LoadStateLoaded') {
      if (Date.now() >= deadline)
        throw new MargayError('DEADLINE_EXCEEDED', `Milvus was loading the catalog for ${this.#timeoutMs} ms.`, {
          remedy: 'Try again later.',
        });
      await sleep(LOAD_POLL_MS, undefined, { ref: false });
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
