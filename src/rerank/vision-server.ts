import OpenAI, { APIError } from 'openai';
import { boundedFetch } from '../policy/bounded-fetch.ts';
import { ServerCalls } from '../policy/server-call.ts';
import { WireFault } from '../policy/server-faults.ts';
import type { Meter } from './meter.ts';
import type { Prompt } from './prompt.ts';
import { textTokens } from './tokens.ts';
import { adapted, type Dialect, PLAIN, requestBody } from './vision-dialect.ts';
import { asMargayError, refusalIn, restingError, wasRead } from './vision-faults.ts';

export interface VisionServerOptions {
  /** With its `/v1`. */
  readonly url: string;
  readonly model: string;
  readonly key?: string | undefined;
  /** Deadline of a whole pass, in milliseconds. */
  readonly timeoutMs: number;
}

export interface Question extends Prompt {
  /** A JPEG file. */
  readonly picture: Uint8Array;
  /** What it takes of the prompt, by formula: charged where the server tells nothing. */
  readonly promptTokens: number;
}

export interface Reply {
  /** Whatever stands where the answer's text should stand. */
  readonly content: unknown;
  readonly finish: string | null;
  /** Whether the one retry is used up. */
  readonly retried: boolean;
}

/** At work at once, and waiting for that. Servers queue by themselves, but not for ever. */
const AT_ONCE = 8;
const WAITING = 64;
/** A body longer than this is no answer, in bytes. */
const MAX_BODY = 1024 * 1024;

/** What a server did not understand is tried again after so long, in milliseconds: a refusal may have had another cause. */
const DIALECT_MS = 600_000;
/** Where leaving out did not help either it was something else, and is not gone through again for so long, in milliseconds. */
const HELPLESS_MS = 60_000;

/**
 * A model on any server with OpenAI's chat completions. One policy for every call: one retry, a breaker, a bulkhead; the deadline is the caller's
 * signal. What a server does not understand of a request is left out, and remembered for a while.
 */
export class VisionServer {
  readonly model: string;
  readonly #client: OpenAI;
  readonly #calls: ServerCalls;
  #dialect: Dialect = PLAIN;
  #dialectUntil = 0;
  #helplessUntil = 0;

  constructor({ url, model, key, timeoutMs }: VisionServerOptions) {
    this.model = model;
    this.#calls = new ServerCalls({ atOnce: AT_ONCE, waiting: WAITING, timeoutMs, read: refusalIn });
    this.#client = new OpenAI({
      baseURL: url,
      // Without a key nothing secret is sent, but the header is: most local servers ignore it.
      apiKey: key ?? 'none',
      // Not from the environment: those belong to other programs.
      organization: null,
      project: null,
      maxRetries: 0,
      logLevel: 'off',
      fetch: boundedFetch(MAX_BODY),
    });
  }

  /** Before a picture is drawn that nobody would see. @throws MargayError INTERNAL while the server is left alone. */
  refuseWhileResting(): void {
    if (this.#calls.restMs > 0) throw restingError(this.model);
  }

  /**
   * @param options `retry` false asks at most once.
   * @throws MargayError OVERLOADED where the server or our line to it is busy, INTERNAL (for the operator) where it can't be asked; the signal's reason.
   */
  async ask(
    question: Question,
    { signal, meter, retry }: { signal: AbortSignal; meter: Meter; retry: boolean },
  ): Promise<Reply> {
    try {
      const { value, retried } = await this.#calls.run(() => this.#send(question, signal, meter), { signal, retry });
      return { ...value, retried };
    } catch (error) {
      signal.throwIfAborted();
      throw asMargayError(error, this.model, this.#client.apiKey ?? 'none');
    }
  }

  async #send(question: Question, signal: AbortSignal, meter: Meter): Promise<Omit<Reply, 'retried'>> {
    const known = performance.now() < this.#dialectUntil ? this.#dialect : PLAIN;
    for (let dialect: Dialect = known; ; ) {
      meter.begin();
      try {
        const completion: unknown = await this.#client.chat.completions.create(
          requestBody(this.model, question, dialect),
          { signal },
        );
        const { usage, ...reply } = read(completion);
        if (usage) meter.took(usage.prompt, usage.completion);
        else meter.charge(question.promptTokens + textTokens(JSON.stringify(reply.content)));
        if (dialect !== known) {
          this.#dialect = dialect;
          this.#dialectUntil = performance.now() + DIALECT_MS;
        }
        return reply;
      } catch (error) {
        // Given up or broken off when it was read already: it may have cost the server all the same.
        if (signal.aborted || wasRead(error)) meter.charge(question.promptTokens);
        if (signal.aborted) throw signal.reason;
        const simpler = error instanceof APIError ? adapted(dialect, question, error.status, error.message) : undefined;
        if (!simpler && dialect !== known) this.#helplessUntil = performance.now() + HELPLESS_MS;
        if (!simpler || performance.now() < this.#helplessUntil) throw error;
        dialect = simpler;
      }
    }
  }
}

function read(completion: unknown): Omit<Reply, 'retried'> & { usage: Spent | undefined } {
  const { choices, usage, error } = (completion ?? {}) as { choices?: unknown; usage?: unknown; error?: unknown };
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (typeof choice !== 'object' || choice === null)
    throw new WireFault(`The answer is no chat completion${error ? `: ${JSON.stringify(error)}` : ''}.`);
  const { message, finish_reason: finish } = choice as { message?: { content?: unknown }; finish_reason?: unknown };
  return {
    content: message?.content ?? null,
    finish: typeof finish === 'string' ? finish : null,
    usage: spentOf(usage),
  };
}

interface Spent {
  readonly prompt: number;
  readonly completion: number;
}

function spentOf(usage: unknown): Spent | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion } = usage as Record<string, unknown>;
  return isCount(prompt) && isCount(completion) ? { prompt, completion } : undefined;
}

/** What a GraphQL Int can hold. */
const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 1e9;
