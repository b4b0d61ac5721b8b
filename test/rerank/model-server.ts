import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { bodyOf, type Fault, type FaultyAnswer, sendAnswer, wasCut } from '../faulty-answer.ts';
import { parse, type Refusal } from './model-request.ts';

/** What a request asked, parsed. */
export interface Asked {
  readonly kind: 'caption' | 'ranking';
  /** How many tiles are to be ranked; 0 for a caption. */
  readonly tiles: number;
  /** All text of the messages. */
  readonly text: string;
  /** JPEG files. */
  readonly pictures: readonly Uint8Array[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly wants: { readonly rationale: boolean; readonly reasons: boolean; readonly caption: boolean };
  /** What the prompt quotes of each tile's product, at tile number - 1. */
  readonly titles: readonly (string | undefined)[];
}

/** The content of a well-formed answer, or what else is sent. */
export type Reply =
  | string
  | {
      content?: unknown;
      /** `finish_reason`, `stop` by default. */
      finish?: string;
      /** The whole message, in place of role and content. */
      message?: unknown;
      /** In place of what the server counts; null leaves it out. */
      usage?: unknown;
      status?: number;
      headers?: Record<string, string>;
      /** The body as it is sent; with `endless`, how it begins. */
      raw?: string | Uint8Array;
      fault?: Fault;
    };

/** @param nth how many of this kind were asked before. */
export type Answering = (asked: Asked, nth: number) => Reply | Promise<Reply>;

export interface Tokens {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

export interface ModelServer extends AsyncDisposable {
  /** With `/v1`. */
  readonly url: string;
  readonly model: string;
  /** Everything asked that was well-formed, in order. */
  readonly asked: Asked[];
  /** Everything that was refused, as a strict server would, in order. */
  readonly refused: Refusal[];
  /** Replaceable. */
  answering: Answering;
  /** Waited before every answer, in milliseconds. */
  delayMs: number;
  /** Calls whose client went away before they were answered. */
  readonly aborted: number;
}

/** Tile numbers in the order they have on the sheet. */
export const identity = (asked: Asked): number[] => Array.from({ length: asked.tiles }, (_, place) => place + 1);

const REASONS = [
  'Same print as in the picture, on the very product asked for.',
  'Same print, on a product close to the one asked for.',
  'The product asked for, with a print that only resembles it.',
  'Neither the print nor the product fits, but the colors do.',
];

/** A well-formed answer as a good model writes it: order of tile numbers plus what is wanted; a sentence where a caption is all that is asked. */
export function canonicalAnswer(asked: Asked, order: readonly number[] = identity(asked)): string {
  const caption = 'A leopard print in ochre and black, shown on a plain light ground.';
  if (asked.kind === 'caption') return caption;
  const rationale =
    'It carries the print of the picture in the same colors and scale, and it is exactly the kind of product that the words ask for.';
  const reasons = order.map((tile, place) => [tile, REASONS[Math.floor((place * REASONS.length) / order.length)]]);
  return JSON.stringify({
    order,
    ...(asked.wants.caption && { caption }),
    ...(asked.wants.rationale && { rationale }),
    ...(asked.wants.reasons && { reasons: Object.fromEntries(reasons) }),
  });
}

/** A chat completion as it goes over the wire. */
export const completion = (model: string, message: unknown, finish: string, usage: unknown) => ({
  id: 'chatcmpl-stand-in',
  object: 'chat.completion',
  created: 1_700_000_000,
  model,
  choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
  ...(usage !== null && { usage }),
});

/** Four characters a token, 1,000 tokens a picture: enough to see that tokens are added up. */
function roughTokens(asked: Asked, content: string): Tokens {
  const prompt = Math.ceil(asked.text.length / 4) + 1_000 * asked.pictures.length;
  return { prompt_tokens: prompt, completion_tokens: Math.ceil(content.length / 4) };
}

/** Starts a stand-in for an OpenAI-compatible vision server on a free port of 127.0.0.1; it answers well until told otherwise. */
export async function startModelServer(
  options: {
    /** Asked for as `Authorization: Bearer KEY`. */
    key?: string;
    model?: string;
    /** Null leaves the counts out. */
    usage?: (asked: Asked, content: string) => Tokens | null;
  } = {},
): Promise<ModelServer> {
  const { key, model = 'stand-in-vision', usage = roughTokens } = options;
  const asked: Asked[] = [];
  const refused: Refusal[] = [];
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let aborted = 0;
  const standIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    model,
    asked,
    refused,
    answering: ((one) => canonicalAnswer(one)) as Answering,
    delayMs: 0,
    get aborted() {
      return aborted;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return standIn;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const refuse = ({ status, message }: Refusal) => {
      refused.push({ status, message });
      response.writeHead(status, { 'content-type': 'application/json' }).end(errorBody(message));
    };
    if (key && request.headers.authorization !== `Bearer ${key}`)
      return refuse({ status: 401, message: 'Incorrect API key provided.' });
    if (request.method === 'GET' && request.url === '/v1/models') {
      const data = [{ id: model, object: 'model', created: 1_700_000_000, owned_by: 'margay' }];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
      return;
    }
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
      return refuse({ status: 404, message: `There is no ${request.method} ${request.url}.` });
    const one = parse(await bodyOf(request), model);
    if ('status' in one) return refuse(one);
    const nth = asked.filter(({ kind }) => kind === one.kind).length;
    asked.push(one);
    response.once('close', () => {
      if (!response.writableEnded && server.listening && !wasCut(response)) aborted++;
    });
    const reply = await standIn.answering(one, nth);
    try {
      if (standIn.delayMs > 0) await wait(standIn.delayMs, undefined, { signal: gone.signal });
      await sendAnswer(response, wire(one, reply), gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) throw error;
    }
  }

  function wire(one: Asked, reply: Reply): FaultyAnswer {
    const given = typeof reply === 'string' ? { content: reply } : reply;
    const { content = '', status = 200, finish = 'stop', headers, raw, fault } = given;
    const text = typeof content === 'string' ? content : (JSON.stringify(content) ?? '');
    const message = given.message ?? { role: 'assistant', content };
    const counted = given.usage === undefined ? withTotal(usage(one, text)) : given.usage;
    const body = raw ?? (status < 300 ? JSON.stringify(completion(model, message, finish, counted)) : errorBody(text));
    const begins = Buffer.from(raw ?? '');
    return {
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(body),
      fault,
      begins,
    };
  }
}

const withTotal = (tokens: Tokens | null) =>
  tokens && { ...tokens, total_tokens: tokens.prompt_tokens + tokens.completion_tokens };

const errorBody = (message: string) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: null } });
