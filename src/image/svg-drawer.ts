import { type ChildProcess, fork } from 'node:child_process';
import pLimit from 'p-limit';
import { MargayError } from '../errors.ts';
import type { Drawing, Drawn, DrawTask } from './svg-process.ts';

/** After this long without a drawing the process is let go, in milliseconds. */
const IDLE = 10_000;
/** A drawing of ours takes milliseconds; one that takes this long is a fault. */
const DEADLINE = 30_000;
/** Drawings handed over at once: enough to keep libvips busy while others travel. */
const AHEAD = 4;

interface Asked {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Draws SVG in a process of its own (svg-process.ts says why), started at the first drawing. It never keeps this process alive. */
export class SvgDrawer {
  readonly #asked = new Map<number, Asked>();
  readonly #limit = pLimit(AHEAD);
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #next = 0;

  /** @throws MargayError INTERNAL when it cannot be drawn: only our own drawings come here. */
  draw(drawing: Drawing): Promise<Uint8Array> {
    return this.#limit(() => this.#ask({ id: this.#next++, ...drawing }));
  }

  /** Lets the process go; what is being drawn is given up. */
  close(): void {
    this.#letGo();
    for (const { reject } of this.#asked.values()) reject(new MargayError('INTERNAL', 'The renderer was closed.'));
  }

  #letGo(): void {
    clearTimeout(this.#idle);
    this.#child?.disconnect();
    this.#child = undefined;
  }

  async #ask(task: DrawTask): Promise<Uint8Array> {
    clearTimeout(this.#idle);
    this.#child ??= this.#start();
    const child = this.#child;
    child.ref();
    child.channel?.ref();
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE);
    this.#asked.set(task.id, { resolve, reject });
    try {
      child.send(task);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(task.id);
      if (this.#asked.size === 0 && this.#child) this.#rest(this.#child);
    }
  }

  #rest(child: ChildProcess): void {
    child.unref();
    child.channel?.unref();
    this.#idle = setTimeout(() => this.#letGo(), IDLE).unref();
  }

  #start(): ChildProcess {
    const child = fork(new URL('./svg-process.ts', import.meta.url), [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (drawn: Drawn) => {
      const asked = this.#asked.get(drawn.id);
      if (drawn.bytes) asked?.resolve(drawn.bytes);
      else
        asked?.reject(
          new MargayError('INTERNAL', 'A drawing could not be rendered.', { cause: new Error(drawn.error) }),
        );
    });
    const gone = (cause?: Error) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const { reject } of this.#asked.values())
        reject(new MargayError('INTERNAL', 'The process that renders drawings ended.', { cause }));
    };
    child.on('error', gone).once('exit', () => gone());
    return child;
  }
}
