/** What one vector is made of. At least one of the two. */
export interface RemoteItem {
  readonly text?: string | undefined;
  /** A `data:` URI. */
  readonly picture?: string | undefined;
}

export type Api = 'vllm' | 'infinity';
export type ItemKind = 'text' | 'picture' | 'both';

/** How a server's embedding requests look, and what it says of them. */
export interface RemoteApi {
  readonly name: Api;
  /** Whether a request can hold words and a picture for one vector. Whether the model takes both is another matter. */
  readonly both: boolean;
  /** How many vectors one request may ask for. */
  limit(kind: ItemKind, priority: 'query' | 'index'): number;
  /** The body of POST /embeddings for items of one kind. */
  body(model: string, kind: ItemKind, items: readonly RemoteItem[]): Record<string, unknown>;
  /** Whether the text of a request for one vector was cut; undefined where the server does not tell. */
  truncated(kind: ItemKind, promptTokens: number | undefined, maxTokens: number | undefined): boolean | undefined;
}

/** A float32 is 5.3 characters in base64, and about 20 as a decimal number. */
const ENCODING = { encoding_format: 'base64' } as const;

/**
 * Infinity (github.com/michaelfeil/infinity, 0.0.70 and later): `modality` says what the strings of `input` are. Pictures are `data:` URIs, at most 32 a
 * request. Words and picture in one request are two vectors. Texts are cut in silence, and `usage` counts characters.
 */
const INFINITY: RemoteApi = {
  name: 'infinity',
  both: false,
  limit: (kind) => (kind === 'text' ? 32 : 8),
  body: (model, kind, items) => ({
    model,
    modality: kind === 'text' ? 'text' : 'image',
    input: items.map(({ text, picture }) => (kind === 'text' ? text : picture)),
    ...ENCODING,
  }),
  truncated: () => undefined,
};

/** As many tokens as the model reads. */
const CUT = { truncate_prompt_tokens: -1 } as const;

/** A text in the place where the model's chat template wants it, the picture before it. */
const message = (model: string, { text, picture }: RemoteItem) => ({
  model,
  messages: [
    {
      role: 'user',
      content: [
        ...(picture === undefined ? [] : [{ type: 'image_url', image_url: { url: picture } }]),
        ...(text === undefined ? [] : [{ type: 'text', text }]),
      ],
    },
  ],
  ...ENCODING,
});

/**
 * vLLM (`vllm serve MODEL --runner pooling`): its extension of OpenAI's request takes chat `messages`, of which there is one conversation and one vector a
 * request; it batches by itself whatever is asked at once. Only texts alone are cut to the model's reach: the tokens that stand for a picture would be cut as
 * well.
 */
const vllm = (texts: Pick<RemoteApi, 'limit' | 'body'>): RemoteApi => ({
  name: 'vllm',
  both: true,
  limit: (kind, priority) => (kind === 'text' ? texts.limit(kind, priority) : 1),
  body: (model, kind, items) =>
    kind === 'text' ? { ...texts.body(model, kind, items), ...CUT } : message(model, items[0]!),
  truncated: (kind, promptTokens, maxTokens) =>
    kind !== 'text' || promptTokens === undefined || maxTokens === undefined ? undefined : promptTokens >= maxTokens,
});

/** A model of words and pictures together: the template that frames a picture frames a text alone as well. */
const VLLM_JOINT = vllm({ limit: () => 1, body: (model, _kind, [item]) => message(model, item!) });

/**
 * Two towers (CLIP refuses words beside a picture). Its texts go as plain `input`, with the tokenizer's own start and end, which a conversation
 * would leave out; in lists where nobody waits for `truncated`, as `usage` adds all up.
 */
const VLLM_TOWERS = vllm({
  limit: (_kind, priority) => (priority === 'query' ? 1 : 32),
  body: (model, _kind, items) => ({ model, input: items.map(({ text }) => text), ...ENCODING }),
});

/** @param joint whether the model makes one vector of words and a picture. */
export function apiOf(name: Api, joint: boolean): RemoteApi {
  switch (name) {
    case 'infinity':
      return INFINITY;
    case 'vllm':
      return joint ? VLLM_JOINT : VLLM_TOWERS;
    default:
      throw new Error(`Unknown API: ${name satisfies never}.`);
  }
}
