import { LRUCache } from 'lru-cache';
import { MargayError } from '../errors.ts';

const HOUR_MS = 3_600_000;
/** What was spent is remembered by the minute. */
const STEP_MS = 60_000;
/** Clients remembered at once; the one seen least recently is forgotten first. */
const MAX_CLIENTS = 100_000;

/** What one client may still take of something that is counted in units, such as a model's tokens. */
export interface Allowance {
  /** @throws MargayError RATE_LIMITED with `retryAfter` where the hour's units are used up, those reserved included. */
  reserve(units: number): void;
  release(units: number): void;
  charge(units: number): void;
}

interface Account {
  reserved: number;
  /** Units by the minute they were spent in, oldest first; none is older than an hour. */
  readonly spent: { minute: number; units: number }[];
}

/**
 * Units per client in any 60 minutes (a sliding window). A client is let in while less than the limit is spent and reserved, so the last one let in may
 * exceed it by what it takes itself.
 */
export class Budget {
  readonly #perHour: number;
  readonly #now: () => number;
  readonly #accounts = new LRUCache<string, Account>({ max: MAX_CLIENTS });

  /** @param now milliseconds since 1970; tests bring their own. */
  constructor(perHour: number, now: () => number = Date.now) {
    this.#perHour = perHour;
    this.#now = now;
  }

  of(client: string): Allowance {
    const account = () => {
      const known = this.#accounts.get(client) ?? { reserved: 0, spent: [] };
      this.#accounts.set(client, known);
      this.#forget(known);
      return known;
    };
    return {
      reserve: (units) => {
        const one = account();
        const taken = one.reserved + one.spent.reduce((sum, { units: of }) => sum + of, 0);
        if (taken >= this.#perHour) throw this.#overdrawn(one);
        one.reserved += units;
      },
      release: (units) => {
        account().reserved -= units;
      },
      charge: (units) => {
        const one = account();
        const minute = Math.floor(this.#now() / STEP_MS);
        const last = one.spent.at(-1);
        if (last?.minute === minute) last.units += units;
        else one.spent.push({ minute, units });
      },
    };
  }

  #forget({ spent }: Account): void {
    while (spent[0] && this.#expiry(spent[0].minute) <= this.#now()) spent.shift();
  }

  /** The end of the minute counts, so that no unit is forgotten early. */
  #expiry(minute: number): number {
    return (minute + 1) * STEP_MS + HOUR_MS;
  }

  #overdrawn({ reserved, spent }: Account): MargayError {
    let taken = reserved + spent.reduce((sum, { units }) => sum + units, 0);
    // Reservations end within a pass, so a second is soon enough to ask again where they alone are in the way.
    let at = this.#now();
    for (const { minute, units } of spent) {
      if (taken < this.#perHour) break;
      taken -= units;
      at = this.#expiry(minute);
    }
    const retryAfter = Math.max(1, Math.ceil((at - this.#now()) / 1000));
    return new MargayError('RATE_LIMITED', `The ${this.#perHour} tokens an hour of this client are used up.`, {
      remedy: `Try again in ${retryAfter} s.`,
      retryAfter,
    });
  }
}
