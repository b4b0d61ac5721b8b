import type { Filter, FilterTest } from './filter.ts';

/** How a store writes filters. */
export interface FilterLanguage {
  readonly everything: string;
  readonly nothing: string;
  readonly and: string;
  readonly or: string;
  readonly not: string;
  /** One test, true or false of every row. It is put into brackets. */
  test(test: FilterTest): string;
}

/** An expression in brackets, and how many of them lie in each other. */
interface Expression {
  readonly text: string;
  readonly depth: number;
}

/** A filter in a store's language. Brackets lie in each other as little as can be: LanceDB's parser takes fewer than 60 of them. */
export const filterText = (filter: Filter, language: FilterLanguage): string => expression(filter, language).text;

function expression(filter: Filter, language: FilterLanguage): Expression {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map((part) => expression(part, language));
      const nothing = filter.op === 'and' ? language.everything : language.nothing;
      return joined(parts, language[filter.op]) ?? { text: `(${nothing})`, depth: 1 };
    }
    case 'not': {
      const { text, depth } = expression(filter.filter, language);
      return { text: `(${language.not} ${text})`, depth: depth + 1 };
    }
    default:
      return { text: `(${language.test(filter)})`, depth: 1 };
  }
}

/** The two flattest are joined until one is left. A chain of 200 would be a tree 200 deep to a server. */
function joined(parts: readonly Expression[], word: string): Expression | undefined {
  const queue = [...parts].sort((a, b) => a.depth - b.depth);
  while (queue.length > 1) {
    const [a, b] = queue.splice(0, 2) as [Expression, Expression];
    const both = { text: `(${a.text} ${word} ${b.text})`, depth: b.depth + 1 };
    const place = queue.findIndex(({ depth }) => depth > both.depth);
    queue.splice(place < 0 ? queue.length : place, 0, both);
  }
  return queue[0];
}

/** Read back by every store as exactly this double, and never as an integer, which would have to fit into 64 bits. */
export function double(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
