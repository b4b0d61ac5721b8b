import { setTimeout as sleep } from 'node:timers/promises';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { isReleased, milvusError, succeeded } from './milvus-errors.ts';

export interface MilvusOptions {
  /** host:port, or https://host:port. */
  readonly address: string;
  /** "user:password" or an API key. */
  readonly token?: string;
  readonly database?: string;
  /** Longest wait for one call, ms; default 10,000. */
  readonly timeoutMs?: number;
}

/** Between two tries to reach a server that was gone: searches go on soon after its port is back. */
const RECONNECT_MS = 1000;
const LOAD_POLL_MS = 50;

/** The connection: every call with a deadline and one kind of error. */
export class MilvusLink {
  readonly client: MilvusClient;
  readonly #timeoutMs: number;
  readonly #loading = new Map<string, Promise<void>>();

  constructor({ address, token, database, timeoutMs = 10_000 }: MilvusOptions) {
    this.#timeoutMs = timeoutMs;
    this.client = new MilvusClient({
      address,
      ...(token && { token }),
      ...(database && { database }),
      timeout: timeoutMs,
      // The SDK would repeat writes as blindly as reads, each time with a new deadline.
      maxRetries: 0,
      telemetry: { enabled: false },
      logLevel: 'none',
      channelOptions: { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': RECONNECT_MS },
    });
    // It rejects where the server is down, and nobody may be waiting; calls made later find the server by themselves.
    this.client.connectPromise.catch(() => {});
  }

  /** `work`, let go at the deadline or when the caller leaves; gRPC ends it by the same deadline. */
  async call<T>(what: string, caller: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    caller.throwIfAborted();
    using signal = withDeadline(caller, this.#timeoutMs, what);
    try {
      return await abortable(work(signal), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : milvusError(error);
    }
  }

  /** A read, repeated once where the collection had to be loaded first. */
  async loaded<T extends object>(collection: string, read: () => Promise<T>): Promise<T> {
    try {
      return succeeded(await read());
    } catch (error) {
      if (!isReleased(error)) throw error;
      await this.load(collection);
      return succeeded(await read());
    }
  }

  /** Loads a collection, once for all who wait for it. */
  load(collection: string): Promise<void> {
    let loading = this.#loading.get(collection);
    if (!loading) {
      loading = this.#load(collection).finally(() => this.#loading.delete(collection));
      this.#loading.set(collection, loading);
    }
    return loading;
  }

  async #load(collection_name: string): Promise<void> {
    succeeded(await this.client.loadCollection({ collection_name }));
    const deadline = Date.now() + this.#timeoutMs;
    while (
      succeeded(await this.client.getLoadState({ collection_name })).state !== 'LoadStateLoaded' &&
      Date.now() < deadline
    )
      await sleep(LOAD_POLL_MS, undefined, { ref: false });
  }

  async close(): Promise<void> {
    await this.client.closeConnection();
  }
}
