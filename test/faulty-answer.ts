import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * What a server does instead of answering. stall: never answers. reset: cuts the connection before a byte, or in mid-body. endless: a body without end.
 * slow-body: a byte every 20 ms. empty: no body.
 */
export type Fault = 'stall' | 'reset' | 'reset-mid-body' | 'endless' | 'slow-body' | 'empty';

export interface FaultyAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  /** How an endless body begins. */
  readonly begins: Buffer;
  readonly fault: Fault | undefined;
}

const MAX_BODY = 32 * 2 ** 20;
const DRIP_MS = 20;

/** Undefined where it is longer than any server takes. */
export async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return size > MAX_BODY ? undefined : Buffer.concat(chunks).toString();
}

/** Answers that the server itself cut off. */
const cut = new WeakSet<ServerResponse>();
export const wasCut = (response: ServerResponse): boolean => cut.has(response);

/** The answer, or what the fault makes of it. `gone` fires when the client has left. */
export async function sendAnswer(
  response: ServerResponse,
  { status, headers, body, begins, fault }: FaultyAnswer,
  gone: AbortSignal,
): Promise<void> {
  const reset = () => {
    cut.add(response);
    response.socket?.resetAndDestroy();
  };
  const write = async (bytes: Buffer) => {
    if (!response.write(bytes)) await once(response, 'drain', { signal: gone });
  };
  switch (fault) {
    case 'stall':
      return;
    case 'reset':
      return reset();
    case 'reset-mid-body':
      response.writeHead(status, { 'content-length': body.length, ...headers });
      response.write(body.subarray(0, body.length / 2), reset);
      return;
    case 'endless':
      response.writeHead(status, headers);
      await write(begins);
      // As fast as a client may read it, and yet not faster than a test's memory can bear where a client does not stop.
      for (const filler = Buffer.alloc(16_384, ' '); ; await wait(1, undefined, { signal: gone })) await write(filler);
    case 'slow-body':
      response.writeHead(status, { 'content-length': body.length, ...headers });
      for (let at = 0; at < body.length; at++) {
        await write(body.subarray(at, at + 1));
        await wait(DRIP_MS, undefined, { signal: gone });
      }
      response.end();
      return;
    case 'empty':
      response.writeHead(status, headers).end();
      return;
    case undefined:
      response.writeHead(status, { 'content-length': body.length, ...headers }).end(body);
      return;
    default:
      throw new Error(`Unknown fault: ${fault satisfies never}.`);
  }
}
