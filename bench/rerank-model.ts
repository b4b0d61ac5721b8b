import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import sharp from 'sharp';
import { qwenTokens } from '../src/rerank/tokens.ts';
import type { GraphQLAnswer } from '../test/door.ts';
import { type Asked, canonicalAnswer, type ModelServer, startModelServer } from '../test/rerank/model-server.ts';
import { start } from './asked.ts';
import { prepare } from './client.ts';
import type { Asking } from './queries.ts';
import type { ServerQuestions } from './server.ts';

export const TOKENIZER = "o200k_base (gpt-tokenizer) for text, Qwen2.5-VL's formula for pictures";

/** A gateway over the demo catalog in a process of its own; its vision model is a stand-in in this one. */
export interface Modeled extends AsyncDisposable {
  readonly url: string;
  readonly model: ModelServer;
  /** What the stand-in itself counted, call by call. */
  readonly taken: { readonly kind: Asked['kind']; readonly prompt: number; readonly completion: number }[];
  /** Errors that the gateway reported to its operator since the last question. */
  reported(): Promise<number>;
  ask(query: string, asking: Asking): Promise<GraphQLAnswer>;
}

/** @param settings of the gateway, beside those that name the model. */
export async function startModeled(data: string, settings: Readonly<Record<string, string>> = {}): Promise<Modeled> {
  // Its name tells the gateway whose formula to estimate pictures by.
  const model = await startModelServer({ model: 'Qwen2.5-VL-stand-in' });
  const taken: Modeled['taken'] = [];
  model.answering = async (asked) => {
    const content = canonicalAnswer(asked, byTitle(asked));
    const usage = await counted(asked, content);
    taken.push({ kind: asked.kind, prompt: usage.prompt_tokens, completion: usage.completion_tokens });
    return { content, usage };
  };
  const given = { RERANK_URL: model.url, RERANK_MODEL: model.model, ...settings };
  const entry = new URL('./server.ts', import.meta.url);
  const gateway = await start<ServerQuestions>(entry, ['real', JSON.stringify(given)], { MARGAY_DATA: data });
  const url = await gateway.ask('url', null);
  return {
    url,
    model,
    taken,
    reported: () => gateway.ask('reported', null),
    async ask(query, asking) {
      const { body, headers } = prepare(query, asking);
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: new Uint8Array(body) });
      const answer = (await response.json()) as GraphQLAnswer;
      if (!response.ok || answer.errors) throw new Error(`${response.status}: ${JSON.stringify(answer).slice(0, 500)}`);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await gateway.end();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** An opinion that does not depend on where a tile stands: two votes of it agree. */
function byTitle({ tiles, titles }: Asked): number[] {
  const title = (tile: number) => titles[tile - 1] ?? '';
  return Array.from({ length: tiles }, (_, place) => place + 1).sort((a, b) => title(a).localeCompare(title(b)));
}

/** Without what a server's chat template adds. */
async function counted({ text, pictures }: Asked, content: string) {
  const sizes = await Promise.all(pictures.map((file) => sharp(file).metadata()));
  const prompt = encode(text).length + sizes.reduce((sum, size) => sum + qwenTokens(size), 0);
  const completion = encode(content).length;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
