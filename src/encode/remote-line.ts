import { MargayError } from '../errors.ts';

export type Priority = 'query' | 'index';

export interface RemoteLineOptions<In, Out> {
  /** One call: as many results as inputs, in their order. Its signal fires when nobody waits for it any more, with the last one's reason. */
  readonly call: (inputs: readonly In[], kind: string, signal: AbortSignal) => Promise<readonly Out[]>;
  /** Inputs of one kind and priority may share a call, so many at most. */
  readonly limit: (kind: string, priority: Priority) => number;
  /** Whether a shared call failed by one of its inputs, so that each is to be tried by itself. */
  readonly isAboutAnInput: (error: unknown) => boolean;
  /** Calls at once. */
  readonly atOnce: number;
  /** Of those, how many may be of indexing: a query finds a free one. */
  readonly indexAtOnce: number;
  /** Inputs that may wait, for each priority: indexing never takes a query's place. */
  readonly capacity: Readonly<Record<Priority, number>>;
}

interface Job<In, Out> {
  readonly input: In;
  readonly kind: string;
  readonly priority: Priority;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
  /** The call it is in. */
  call: Call<In, Out> | undefined;
  /** Goes by itself: a call that it shared was refused. */
  alone: boolean;
  /** Its caller has gone, answered or not. */
  left: boolean;
}

interface Call<In, Out> {
  readonly jobs: readonly Job<In, Out>[];
  readonly controller: AbortController;
}

/** After so many calls of queries in a row, waiting index work gets one. */
const STREAK = 8;

const closed = () =>
  new MargayError('ENCODER_UNAVAILABLE', 'The encoder is closed.', { remedy: 'Send the request again.' });

/** What waits for a server: what was asked in the same tick goes together, queries before indexing. */
export class RemoteLine<In, Out> {
  readonly #options: RemoteLineOptions<In, Out>;
  readonly #calls = new Set<Call<In, Out>>();
  #waiting: Job<In, Out>[] = [];
  #running: Record<Priority, number> = { query: 0, index: 0 };
  #streak = 0;
  #woken = false;
  #closed = false;

  constructor(options: RemoteLineOptions<In, Out>) {
    this.#options = options;
  }

  /** Rejects with the signal's reason as soon as it is aborted. @throws MargayError OVERLOADED, ENCODER_UNAVAILABLE after `close`; what `call` throws. */
  submit(input: In, kind: string, priority: Priority, signal: AbortSignal): Promise<Out> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(closed());
    const ahead = this.#waiting.filter((job) => job.priority === priority).length;
    if (ahead >= this.#options.capacity[priority]) {
      const message = `${ahead} requests already wait for the encoder.`;
      return Promise.reject(new MargayError('OVERLOADED', message, { remedy: 'Try again later.', retryAfter: 1 }));
    }
    return new Promise((resolve, reject) => {
      const leave = () => this.#leave(job, signal.reason);
      const settled =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          job.left = true;
          signal.removeEventListener('abort', leave);
          how(value);
        };
      const job: Job<In, Out> = {
        input,
        kind,
        priority,
        resolve: settled(resolve),
        reject: settled(reject),
        call: undefined,
        alone: false,
        left: false,
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(job);
      this.#wake();
    });
  }

  /** Rejects what waits and what is on its way. */
  close(): void {
    this.#closed = true;
    const jobs = [...this.#waiting, ...[...this.#calls].flatMap((call) => call.jobs)];
    this.#waiting = [];
    for (const job of jobs) if (!job.left) job.reject(closed());
    for (const { controller } of this.#calls) controller.abort(closed());
  }

  #leave(job: Job<In, Out>, reason: unknown): void {
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    job.reject(reason);
    if (job.call?.jobs.every(({ left }) => left)) job.call.controller.abort(reason);
  }

  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    // Requests of one tick, such as the aliases of a query, go together.
    setImmediate(() => {
      this.#woken = false;
      for (let jobs = this.#next(); jobs.length > 0; jobs = this.#next()) void this.#serve(jobs);
    });
  }

  /** What is called next: empty where nothing waits, or no call is free for what does. */
  #next(): Job<In, Out>[] {
    const { atOnce, indexAtOnce, limit } = this.#options;
    const { query, index } = this.#running;
    if (query + index >= atOnce) return [];
    const first = (priority: Priority) => this.#waiting.find((job) => job.priority === priority);
    const indexing = index < indexAtOnce ? first('index') : undefined;
    const asking = first('query');
    const oldest = indexing && (!asking || this.#streak >= STREAK) ? indexing : asking;
    if (!oldest) return [];
    this.#streak = oldest === asking && indexing ? this.#streak + 1 : 0;
    const others = (job: Job<In, Out>) =>
      job !== oldest && !job.alone && job.kind === oldest.kind && job.priority === oldest.priority;
    const company = oldest.alone ? [] : this.#waiting.filter(others);
    const jobs = [oldest, ...company].slice(0, limit(oldest.kind, oldest.priority));
    const taken = new Set(jobs);
    this.#waiting = this.#waiting.filter((job) => !taken.has(job));
    return jobs;
  }

  async #serve(jobs: readonly Job<In, Out>[]): Promise<void> {
    const { kind, priority } = jobs[0]!;
    const call: Call<In, Out> = { jobs, controller: new AbortController() };
    this.#calls.add(call);
    this.#running[priority]++;
    for (const job of jobs) job.call = call;
    try {
      const inputs = jobs.map(({ input }) => input);
      const results = await this.#options.call(inputs, kind, call.controller.signal);
      jobs.forEach((job, place) => {
        if (!job.left) job.resolve(results[place]!);
      });
    } catch (error) {
      const apart = jobs.length > 1 && !this.#closed && this.#options.isAboutAnInput(error);
      for (const job of jobs.filter(({ left }) => !left)) {
        if (!apart) job.reject(error);
        else this.#again(job);
      }
    } finally {
      this.#calls.delete(call);
      this.#running[priority]--;
      if (this.#waiting.length > 0) this.#wake();
    }
  }

  #again(job: Job<In, Out>): void {
    job.alone = true;
    job.call = undefined;
    this.#waiting.unshift(job);
  }
}
