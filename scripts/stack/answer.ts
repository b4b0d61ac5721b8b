/** What is asked for of the search. */
export interface Found {
  readonly hits: readonly { readonly score: number; readonly product: Named }[];
  readonly reranked: readonly { readonly position: number; readonly reason: string | null; readonly product: Named }[];
  readonly rationale: string | null;
  readonly queryCaption: string | null;
  readonly rerank: {
    readonly status: string;
    readonly fallback: string | null;
    readonly repairs: readonly string[];
    readonly calls: number;
    readonly model: string | null;
    readonly promptTokens: number | null;
    readonly completionTokens: number | null;
    readonly milliseconds: number | null;
  };
}

interface Named {
  readonly id: string;
  readonly title: string;
}

export const QUERY = `query ($text: String, $image: Upload) {
  search(text: $text, image: $image) {
    hits { score product { id title } }
    reranked { position reason product { id title } }
    rationale
    queryCaption
    rerank { status fallback repairs calls model promptTokens completionTokens milliseconds }
  }
}`;

/** Nothing longer is worth reading, in characters. */
const SHOWN = 100;

/** What the model of random weights wrote is letters without sense: quoted and cut. */
export function answerLines({ hits, reranked, rationale, queryCaption, rerank }: Found): string[] {
  const place = (id: string) => hits.findIndex(({ product }) => product.id === id) + 1;
  return [
    `  rerank        ${JSON.stringify(rerank)}`,
    `  queryCaption  ${quoted(queryCaption)}`,
    `  rationale     ${quoted(rationale)}`,
    '  reranked      (place among the hits, product, reason)',
    ...reranked.map(
      ({ position, reason, product: { id, title } }) =>
        `    ${position}  ${place(id)}  ${title.slice(0, 40).padEnd(40)}  ${quoted(reason)}`,
    ),
  ];
}

function quoted(text: string | null): string {
  if (text === null) return 'null';
  const cut = text.length > SHOWN ? ` ... (${text.length} characters)` : '';
  return JSON.stringify(text.slice(0, SHOWN)) + cut;
}
