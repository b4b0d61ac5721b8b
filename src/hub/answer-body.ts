import type { IncomingMessage } from 'node:http';
import { Passing } from '../policy/patience.ts';
import { stalled, unreachable } from './hub-faults.ts';

/** Bytes that may wait for their reader before the server is held back. */
const MAX_WAITING = 2 ** 20;

/**
 * The body of an answer. Unlike the stream's own iterator it gives all that had arrived before it tells that the connection broke: what was paid for
 * once is not fetched again.
 */
export class AnswerBody implements AsyncIterable<Buffer> {
  readonly #answer: IncomingMessage;
  readonly #signal: AbortSignal;
  readonly #waiting: Buffer[] = [];
  readonly #silence: NodeJS.Timeout;
  #bytes = 0;
  #end: { readonly fault?: unknown } | undefined;
  #wake: () => void = () => {};

  /** @param stallMs a server that is silent for so long is left. */
  constructor(answer: IncomingMessage, host: string, stallMs: number, signal: AbortSignal) {
    this.#answer = answer;
    this.#signal = signal;
    this.#silence = setTimeout(() => answer.destroy(stalled(host, stallMs)), stallMs);
    const fail = (cause: unknown) =>
      this.#finish({ fault: cause instanceof Passing ? cause : unreachable(host, cause) });
    answer
      .on('data', (part: Buffer) => this.#take(part))
      .on('end', () => this.#finish({}))
      .on('error', fail)
      .on('close', () => fail(new Error('it was closed')));
  }

  /** @throws Passing when it was cut off or stalled, the signal's reason when it is aborted. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      this.#signal.throwIfAborted();
      const part = this.#waiting.shift();
      if (part) {
        this.#bytes -= part.length;
        if (this.#bytes < MAX_WAITING && this.#answer.isPaused()) this.#resume();
        yield part;
      } else if (this.#end) {
        if (this.#end.fault !== undefined) throw this.#end.fault;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Ends the connection where the rest is not wanted. */
  leave(): void {
    this.#finish({});
    this.#answer.destroy();
  }

  #take(part: Buffer): void {
    this.#waiting.push(part);
    this.#bytes += part.length;
    this.#silence.refresh();
    if (this.#bytes >= MAX_WAITING) {
      // The silence is ours then.
      clearTimeout(this.#silence);
      this.#answer.pause();
    }
    this.#wake();
  }

  #resume(): void {
    this.#silence.refresh();
    this.#answer.resume();
  }

  #finish(end: { readonly fault?: unknown }): void {
    clearTimeout(this.#silence);
    this.#end ??= end;
    this.#wake();
  }
}
