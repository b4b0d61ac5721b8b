import type { Report } from '../search/pass.ts';
import type { Search } from '../search/search.ts';

/** What rerank passes take. Tokens are null where the model counts none. */
interface Price {
  readonly calls: number;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly milliseconds: number;
}

interface Entry {
  readonly path: string | number;
  /** Null until it is under way, and where it was refused. */
  search: Pick<Search, 'price' | 'report' | 'truncated'> | null;
}

/**
 * What the searches of one request ask of the rerank model, and what they took in the end: `extensions.cost`. Beside it the searches whose text was longer
 * than the encoder reads, by path: `extensions.truncated`.
 */
export class Cost {
  readonly #deadlineMs: number;
  readonly #entries: Entry[] = [];

  /** @param deadlineMs a pass takes no longer, in milliseconds. */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /**
   * A place among the searches, in the order of the request.
   * @param path alias or name of the field. @returns takes the search when it is under way.
   */
  open(path: string | number): (search: NonNullable<Entry['search']>) => void {
    const entry: Entry = { path, search: null };
    this.#entries.push(entry);
    return (search) => {
      entry.search = search;
    };
  }

  /** For the answer's extensions, when all passes are over; undefined where nothing was searched. */
  extensions(): Record<string, unknown> | undefined {
    const searches = this.#entries.flatMap(({ path, search }) => {
      if (!search) return [];
      const report = search.report();
      const milliseconds = search.price.calls > 0 ? this.#deadlineMs : 0;
      return { path, requested: { ...search.price, milliseconds }, actual: actualOf(report), ...waitOf(report) };
    });
    if (searches.length === 0) return undefined;
    const truncated = this.#entries.flatMap(({ path, search }) => (search?.truncated() ? [path] : []));
    const waits = searches.flatMap(({ retryAfter }) => retryAfter ?? []);
    return {
      cost: {
        requested: together(searches.map(({ requested }) => requested)),
        actual: together(searches.map(({ actual }) => actual)),
        searches,
      },
      ...(truncated.length > 0 && { truncated }),
      ...(waits.length > 0 && { retryAfter: Math.max(...waits) }),
    };
  }
}

function actualOf(report: Report | null): Price {
  const { calls = 0, promptTokens = null, completionTokens = null } = report?.usage ?? {};
  const none = calls === 0 ? 0 : null;
  return {
    calls,
    promptTokens: promptTokens ?? none,
    completionTokens: completionTokens ?? none,
    milliseconds: report?.milliseconds ?? 0,
  };
}

const waitOf = (report: Report | null) => (report?.retryAfter ? { retryAfter: report.retryAfter } : {});

/** Calls and tokens add up; the passes of one request run side by side, so the longest is what they take. */
function together(prices: readonly Price[]): Price {
  const sum = (of: (price: Price) => number | null) =>
    prices.reduce<number | null>((total, price) => {
      const next = of(price);
      return total === null || next === null ? null : total + next;
    }, 0);
  return {
    calls: sum(({ calls }) => calls) ?? 0,
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    milliseconds: Math.max(...prices.map(({ milliseconds }) => milliseconds)),
  };
}
