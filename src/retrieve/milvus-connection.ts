import { setTimeout as sleep } from 'node:timers/promises';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { abortable } from '../policy/deadline.ts';
import { isUnreachable } from './milvus-errors.ts';
import { answers, answersAnew, type ProbeChannel } from './milvus-probe.ts';

export interface MilvusOptions {
  /** host:port, or https://host:port. */
  readonly address: string;
  /** "user:password" or an API key. */
  readonly token?: string;
  readonly database?: string;
  /** Longest wait for one call, ms; default 10,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** Between two tries to reach a server that refuses; gRPC makes up to a fifth more of it. */
const RECONNECT_MS = 400;
/** A call without an answer for so long casts doubt on its connection. */
const DOUBT_MS = 1000;
/** How long a connection has to answer a probe, longer than gRPC takes to reconnect; and the pause after one that found nobody. */
const PROBE_MS = 600;
const PAUSE_MS = 150;
/** Calls at one time; the others wait. */
const CALLS = 10;

/** One of the SDK's, with what its type does not say. */
type Channel = Awaited<ReturnType<MilvusClient['channelPool']['acquire']>> & ProbeChannel;

/** Tells the connections of one pool from those of another: gRPC shares them among channels of the same settings. */
let pools = 0;
const agent = () => ({ 'grpc.primary_user_agent': `margay/${++pools}` });

/**
 * The way to the server, mended where it is silent. gRPC reconnects by itself to a server that refused or hung up, but waits without end for
 * one that took the connection and then says nothing, as where a machine or a load balancer went away: that one is left as soon as the
 * server answers on a connection of its own.
 */
export class MilvusConnection {
  readonly #options: MilvusOptions;
  readonly #closed = new AbortController();
  readonly client: MilvusClient;
  /** One channel that is never lent, so that a probe waits for no call: gRPC shares its connection with the others, of which it tells. */
  #probe: Promise<Channel>;
  /** Aborted when the channels at hand are left for others. */
  #left = new AbortController();
  #mending: Promise<void> | undefined;

  constructor(options: MilvusOptions) {
    this.#options = options;
    this.client = connect(options);
    this.#probe = this.#hold();
  }

  /** `work` as it is; where it takes long or finds nobody, the connection is looked at meanwhile. */
  watch<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#doubt(), DOUBT_MS);
    timer.unref();
    work
      .finally(() => clearTimeout(timer))
      .catch((error) => {
        if (isUnreachable(error)) this.#doubt();
      });
    return work;
  }

  /** A read, once more where its connection went away or was left: the next one may stand already. Never for writes. */
  async read<T>(ask: () => Promise<T>): Promise<T> {
    const left = this.#left.signal;
    const end = performance.now() + (this.#options.timeoutMs ?? TIMEOUT_MS);
    try {
      return await abortable(ask(), left);
    } catch (error) {
      if (!left.aborted && !isUnreachable(error)) throw error;
      // Nobody listens any more: a crowd of those would stand before the ones who came after.
      if (performance.now() >= end) throw error;
      return ask();
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#mending;
    await this.client.channelPool.release((await this.#probe) as never);
    await this.client.closeConnection();
  }

  #doubt(): void {
    if (this.#closed.signal.aborted) return;
    // Where it fails, the next call in doubt tries again.
    this.#mending ??= this.#mend()
      .catch(() => {})
      .finally(() => {
        this.#mending = undefined;
      });
  }

  #hold(): Promise<Channel> {
    return this.client.channelPool.acquire() as Promise<Channel>;
  }

  /** Until the server answers, be it on a new connection. A server that is slow on both is left alone. */
  async #mend(): Promise<void> {
    const { signal } = this.#closed;
    const { address } = this.#options;
    const probe = await this.#probe;
    while (!signal.aborted) {
      const end = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
      const [isSound, isBack] = await Promise.all([answers(probe, end, PROBE_MS), answersAnew(address, end)]);
      if (isSound || signal.aborted) return;
      if (isBack) return this.#replace(probe);
      await sleep(PAUSE_MS, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  /** New channels, by a method that the SDK keeps to itself: a second client would hold the event loop for half a second. */
  #replace(probe: Channel): void {
    const left = this.client.channelPool;
    const sdk = this.client as unknown as { createChannelPool(): typeof left };
    Object.assign(this.client.channelOptions, agent());
    this.client.channelPool = sdk.createChannelPool();
    this.#probe = this.#hold();
    this.#left.abort();
    this.#left = new AbortController();
    // It waits for the writes under way, each of which has its deadline.
    left
      .release(probe)
      .then(() => left.drain())
      .then(() => left.clear())
      .catch(() => {});
  }
}

function connect({ address, token, database, timeoutMs = TIMEOUT_MS }: MilvusOptions): MilvusClient {
  const client = new MilvusClient({
    address,
    ...(token && { token }),
    ...(database && { database }),
    timeout: timeoutMs,
    // The SDK would repeat writes as blindly as reads, each time with a new deadline.
    maxRetries: 0,
    telemetry: { enabled: false },
    logLevel: 'none',
    // What waits for a free channel longer than for its answer would be asked with nobody listening.
    pool: { min: 2, max: CALLS + 1, acquireTimeoutMillis: timeoutMs },
    channelOptions: {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MS,
      // gRPC repeats what a server refused to look at: writes, too.
      'grpc.enable_retries': 0,
      ...agent(),
    },
  });
  // It rejects where the server is down, and nobody may be waiting; calls made later find the server by themselves.
  client.connectPromise.catch(() => {});
  return client;
}
