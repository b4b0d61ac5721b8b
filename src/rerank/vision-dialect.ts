import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { Prompt } from './prompt.ts';

/** What a server understands of a request. */
export interface Dialect {
  /** `strict` with all bounds; `loose` with types alone; null without structured output. */
  readonly schema: 'strict' | 'loose' | null;
  /** OpenAI's newer models have another name for it, and take no temperature but their own. */
  readonly tokens: 'max_tokens' | 'max_completion_tokens';
  readonly temperature: boolean;
}

export const PLAIN: Dialect = { schema: 'strict', tokens: 'max_tokens', temperature: true };

/** One user's message: some chat templates know no system, and some (Llama 3.2 Vision) none beside a picture. */
export function requestBody(
  model: string,
  { text, picture, schema, maxTokens }: Prompt & { readonly picture: Uint8Array },
  dialect: Dialect,
): ChatCompletionCreateParamsNonStreaming {
  const url = `data:image/jpeg;base64,${Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength).toString('base64')}`;
  return {
    model,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'text', text },
        ],
      },
    ],
    [dialect.tokens]: maxTokens,
    ...(dialect.temperature && { temperature: 0 }),
    ...(schema &&
      dialect.schema && {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', strict: true, schema: dialect.schema === 'loose' ? loose(schema) : schema },
        },
      }),
  };
}

/**
 * What to leave out after a refusal, by what the server says of it; undefined where nothing is left to leave out, so that it was
 * something else. Each answer differs from its argument, and no way leads back.
 */
export function adapted(
  dialect: Dialect,
  { schema }: Prompt,
  status: number | undefined,
  message: string,
): Dialect | undefined {
  if (status !== 400 && status !== 422) return undefined;
  if (dialect.tokens === 'max_tokens' && /max_tokens|max_completion_tokens/.test(message))
    return { ...dialect, tokens: 'max_completion_tokens' };
  if (dialect.temperature && /temperature/.test(message)) return { ...dialect, temperature: false };
  if (!schema || !dialect.schema) return undefined;
  const bounds = /pattern|minItems|maxItems|enum/i.test(message);
  if (dialect.schema === 'strict' && (bounds || !/response_format/i.test(message)))
    return { ...dialect, schema: 'loose' };
  return { ...dialect, schema: null };
}

const BOUNDS: ReadonlySet<string> = new Set(['pattern', 'minItems', 'maxItems', 'enum']);

/** A schema without what servers understand differently. */
function loose(schema: unknown): Record<string, unknown> {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => (BOUNDS.has(name) ? [] : [[name, visit(inner)]])),
    );
  };
  return visit(schema) as Record<string, unknown>;
}
