import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { buffer, json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Door, openDoor } from '../door.ts';

const MEGABYTE = 2 ** 20;

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door[Symbol.asyncDispose]());

/** A JSON body that much larger than its query, in pieces, of a length that is not announced. */
async function* pieces(size: number) {
  yield Buffer.from('{"query":"{ __typename }","variables":{"padding":"');
  for (let sent = 0; sent < size; sent += MEGABYTE) yield Buffer.alloc(MEGABYTE, 'x');
  yield Buffer.from('"}}');
}

const send = async (body: RequestInit['body']) => {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' };
  const response = await fetch(`${door.url}/graphql`, init);
  await response.text();
  return response.status;
};

/** The answer may reach a client that still sends, or not: it then sees its connection cut off. */
const REFUSED = [413, 'cut off'];

// 20 MB as a data: URI and 1 MB of query are 28 MB.
test.each([
  [26, [200]],
  [30, REFUSED],
])('a JSON body of %i MB whose length is not announced: %j', async (size, outcomes) => {
  const answer = await send(Readable.toWeb(Readable.from(pieces(size * MEGABYTE))) as ReadableStream).catch(
    () => 'cut off',
  );
  expect(outcomes).toContain(answer);
  expect(await send('{"query":"{ __typename }"}')).toBe(200);
});

test.each([
  [26, [200]],
  [30, REFUSED],
])('a JSON body of %i MB whose length is announced: %j', async (size, outcomes) => {
  const whole = await buffer(pieces(size * MEGABYTE));
  const answer = await send(whole).catch(() => 'cut off');
  expect(outcomes).toContain(answer);
  expect(await send('{"query":"{ __typename }"}')).toBe(200);
});

test('the refusal names the argument and a remedy', async () => {
  const headers = { 'content-type': 'application/json' };
  const sent = request(`${door.url}/graphql`, { method: 'POST', headers, agent: false });
  const answered: Promise<IncomingMessage[]> = once(sent, 'response');
  // Never ended: a client that has nothing more under way does read its answer.
  for await (const piece of pieces(28 * MEGABYTE)) sent.write(piece);
  const [answer] = await answered;
  expect(answer!.statusCode).toBe(413);
  expect(await json(answer!)).toMatchObject({
    errors: [
      {
        extensions: { code: 'IMAGE_TOO_LARGE', argument: 'image', remedy: expect.stringMatching(/smaller.*multipart/) },
      },
    ],
  });
  sent.destroy();
});
