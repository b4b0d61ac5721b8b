import type { Allowance } from '../policy/budget.ts';

/** What the model was asked and what it took. */
export interface Usage {
  /** Calls made, retries and captions included. */
  readonly calls: number;
  /** Whether nothing had to be asked, because all was known already or asked by another search at the same moment. */
  readonly cached: boolean;
  /** Null where the model does not tell. */
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

/** Counts what one pass takes of the model while it happens, and charges it to the client's allowance. */
export class Meter {
  readonly #allowance: Allowance | undefined;
  #reserved = 0;
  #calls = 0;
  #known = 0;
  #prompt: number | null = null;
  #completion: number | null = null;

  constructor(allowance?: Allowance) {
    this.#allowance = allowance;
  }

  /**
   * Reserves what the whole pass is expected to take, before its first call; later calls of the same pass are part of it.
   * @throws MargayError RATE_LIMITED with `retryAfter`
   */
  admit(tokens: number): void {
    if (!this.#allowance || this.#reserved > 0) return;
    this.#allowance.reserve(tokens);
    this.#reserved = tokens;
  }

  /** A call is made. */
  begin(): void {
    this.#calls++;
  }

  /** What a call took, as the model counted it. */
  took(promptTokens: number | null, completionTokens: number | null): void {
    if (promptTokens !== null) this.#prompt = (this.#prompt ?? 0) + promptTokens;
    if (completionTokens !== null) this.#completion = (this.#completion ?? 0) + completionTokens;
    this.#allowance?.charge((promptTokens ?? 0) + (completionTokens ?? 0));
  }

  /** A call was cut off, or its tokens were not told: the client is charged what it was expected to take, or leaving early would be a way around the budget. */
  charge(tokens: number): void {
    this.#allowance?.charge(tokens);
  }

  /** An answer was there already. */
  knew(): void {
    this.#known++;
  }

  /** The pass is over for its client; calls that go on for other searches are still charged here. */
  close(): void {
    this.#allowance?.release(this.#reserved);
    this.#reserved = 0;
  }

  usage(): Usage {
    const cached = this.#calls === 0 && this.#known > 0;
    return {
      calls: this.#calls,
      cached,
      promptTokens: this.#prompt ?? (cached ? 0 : null),
      completionTokens: this.#completion ?? (cached ? 0 : null),
    };
  }
}
