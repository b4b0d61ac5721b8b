import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from '../../src/encode/remote-api.ts';
import { vectorOf } from '../fakes.ts';
import { bodyOf, type Fault, sendAnswer, wasCut } from '../faulty-answer.ts';
import { type AskedItem, type AskedVectors, type Json, readInfinity, readVllm, tokensOf } from './remote-request.ts';

/** What a server does in place of its answer. */
export interface Script {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** The body as it is. */
  readonly raw?: string;
  /** In place of each vector. */
  readonly vector?: readonly (number | null)[];
  /** Numbers also where base64 was asked for. */
  readonly plain?: boolean;
  /** Changes the well-formed answer. */
  readonly change?: (answer: { data: Json[] } & Json) => unknown;
  readonly fault?: Fault;
}

/** @param nth how many requests were asked before. Undefined answers well. */
export type Scripted = (asked: AskedVectors, nth: number) => Script | undefined;

export interface RemoteServer extends AsyncDisposable {
  /** What stands before `/embeddings`. */
  readonly url: string;
  readonly model: string;
  /** Everything asked that was well-formed, in order. */
  readonly asked: AskedVectors[];
  /** What was refused, as the server tells it. */
  readonly refused: unknown[];
  scripted: Scripted;
  /** Waited before every answer, in milliseconds. */
  delayMs: number;
  /** Calls whose client went away before they were answered. */
  readonly aborted: number;
}

export interface RemoteServerOptions {
  readonly key?: string;
  readonly model?: string;
  /** Whether its model takes words and a picture for one vector; vLLM alone. */
  readonly joint?: boolean;
  /** Whether its model takes pictures. */
  readonly pictures?: boolean;
  /** Of a text, in words. */
  readonly maxTokens?: number;
  /** False has no list of models. */
  readonly lists?: boolean;
}

/** A stand-in for a server of either API on a free port of 127.0.0.1. Its model is a hash: what goes in decides what comes out. */
export async function startRemoteServer(api: Api, options: RemoteServerOptions = {}): Promise<RemoteServer> {
  const { key, model = 'stand-in', joint = api === 'vllm', pictures = true, maxTokens = 512, lists = true } = options;
  const asked: AskedVectors[] = [];
  const refused: unknown[] = [];
  const prefix = api === 'vllm' ? '/v1' : '';
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let aborted = 0;
  const standIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    model,
    asked,
    refused,
    scripted: (() => undefined) as Scripted,
    delayMs: 0,
    get aborted() {
      return aborted;
    },
    async [Symbol.asyncDispose]() {
      const gone = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await gone;
    },
  };
  return standIn;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const json = (status: number, body: unknown) => {
      if (status >= 400) refused.push(body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`)
      return json(401, { error: { message: `Incorrect API key: ${request.headers.authorization}` } });
    if (request.method === 'GET' && request.url === `${prefix}/models` && lists)
      return json(200, {
        object: 'list',
        data: [{ id: model, object: 'model', ...(api === 'vllm' && { max_model_len: maxTokens }) }],
      });
    if (request.method !== 'POST' || request.url !== `${prefix}/embeddings`) return json(404, { detail: 'Not Found' });
    const body = JSON.parse((await bodyOf(request)) ?? 'null') as Json;
    const one =
      api === 'vllm' ? readVllm(body, { model, maxTokens, joint, pictures }) : readInfinity(body, { pictures });
    if ('status' in one) return json(one.status, one.body);
    const nth = asked.push(one) - 1;
    response.once('close', () => {
      if (!response.writableEnded && server.listening && !wasCut(response)) aborted++;
    });
    const script = standIn.scripted(one, nth) ?? {};
    try {
      if (standIn.delayMs > 0) await wait(standIn.delayMs, undefined, { signal: gone.signal });
      const { status = 200, headers, fault } = script;
      const bytes = Buffer.from(
        script.raw ?? JSON.stringify(status < 300 ? answer(one, script) : { error: 'scripted' }),
      );
      const head = { 'content-type': 'application/json', ...headers };
      await sendAnswer(response, { status, headers: head, body: bytes, begins: Buffer.from('{'), fault }, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) throw error;
    }
  }

  function answer(one: AskedVectors, { vector, plain, change }: Script): unknown {
    const cut = (text: string) => tokensOf(text).slice(0, maxTokens);
    const embed = (item: AskedItem) =>
      vector
        ? [...vector]
        : [...vectorOf(one.framed ? 'framed' : 'plain', cut(item.text ?? '').join(' '), item.picture ?? '')];
    const data = one.items.map((item, index) => ({
      object: 'embedding',
      index,
      embedding: one.base64 && !plain ? base64(embed(item)) : embed(item),
    }));
    const count = ({ text = '' }: AskedItem) => (api === 'vllm' ? cut(text).length : text.length);
    const tokens = one.items.reduce((sum, item) => sum + count(item), 0);
    const whole = { object: 'list', model, data, usage: { prompt_tokens: tokens, total_tokens: tokens } };
    return change ? change(whole) : whole;
  }
}

const base64 = (vector: readonly (number | null)[]) =>
  Buffer.from(Float32Array.from(vector, (value) => value ?? Number.NaN).buffer).toString('base64');
