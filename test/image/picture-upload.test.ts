import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { processRequest } from 'graphql-upload-ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readPicture } from '../../src/http/picture-upload.ts';

const MAX = 1000;
const { signal } = new AbortController();
const options = { argument: 'image', maxBytes: MAX, signal };
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error,
  );
const uri = (bytes: Uint8Array, type = 'image/png') => `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
const file = (stream: Readable) =>
  Promise.resolve({ filename: 'a.jpg', mimetype: 'image/jpeg', createReadStream: () => stream });

describe('data: URIs', () => {
  test.each([0, 1, 2].map((more) => 100 + more))('%i bytes come back as they were', async (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 7);
    expect([...(await readPicture(uri(bytes), options))]).toEqual([...bytes]);
    expect([...(await readPicture(uri(bytes, 'image/svg+xml;charset=utf-8'), options))]).toEqual([...bytes]);
  });

  test.each([
    ['at the limit', MAX, undefined],
    ['one over', MAX + 1, 'IMAGE_TOO_LARGE'],
    ['far over', MAX * 50, 'IMAGE_TOO_LARGE'],
    ['empty', 0, 'BAD_IMAGE'],
  ])('%s', async (_name, length, code) => {
    const error = await refusal(readPicture(uri(new Uint8Array(length)), options));
    expect(error?.code).toBe(code);
    if (code) expect(error).toMatchObject({ argument: 'image', remedy: expect.any(String) });
  });

  test.each([
    ['no data: URI', 'https://example.org/a.jpg'],
    ['nothing', ''],
    ['no picture', 'data:text/plain;base64,AAAA'],
    ['not base64', 'data:image/png,abc'],
    ['white space in it', 'data:image/png;base64,AAAA AAA'],
    ['line break in it', 'data:image/png;base64,AAAA\nAAA'],
    ['the URL alphabet', 'data:image/png;base64,AA-_'],
    ['padding missing', 'data:image/png;base64,AAA'],
    ['padding within', 'data:image/png;base64,AA=AAAA='],
    ['too much padding', 'data:image/png;base64,A==='],
    ['beyond ASCII', 'data:image/png;base64,AAé='],
  ])('%s is BAD_INPUT', async (_name, value) => {
    const error = await refusal(readPicture(value, { ...options, argument: 'picture' }));
    expect(error).toMatchObject({
      code: 'BAD_INPUT',
      argument: 'picture',
      message: expect.stringContaining('"picture"'),
      remedy: expect.stringContaining('base64'),
    });
  });
});

describe('files', () => {
  test.each([
    ['null', null],
    ['number', 5],
    ['object', {}],
    ['list', [1]],
    ['promise of nothing', Promise.resolve(undefined)],
  ])('%s is no file', async (_name, value) => {
    expect(await refusal(readPicture(value, options))).toMatchObject({ code: 'BAD_INPUT', argument: 'image' });
  });

  test('a promise of a file, a file, and an Upload are all taken', async () => {
    const make = () => Readable.from([Buffer.from('ab'), Buffer.from('c')]);
    for (const value of [file(make()), await file(make()), { promise: file(make()) }])
      expect(Buffer.from(await readPicture(value, options)).toString()).toBe('abc');
  });

  test('an endless file is cut off at the limit, and its stream ended', async () => {
    let sent = 0;
    const endless = new Readable({
      highWaterMark: 100,
      read() {
        sent += 100;
        this.push(Buffer.alloc(100));
      },
    });
    expect(await refusal(readPicture(file(endless), options))).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      argument: 'image',
    });
    expect(endless.destroyed).toBe(true);
    expect(sent).toBeLessThan(MAX + 1000);
  });

  test('an empty file, and one cut off on its way', async () => {
    expect(await refusal(readPicture(file(Readable.from([])), options))).toMatchObject({ code: 'BAD_IMAGE' });
    const cut = Readable.from(
      (async function* () {
        yield Buffer.alloc(10);
        throw Object.assign(new Error('Request disconnected at /secret/path'), { code: 'REQUEST_DISCONNECTED' });
      })(),
    );
    const error = await refusal(readPicture(file(cut), options));
    expect(error).toMatchObject({ code: 'BAD_UPLOAD', argument: 'image' });
    expect(error.message).not.toContain('secret');
  });

  test.each([
    ['a file that never comes', () => new Promise(() => {})],
    ['a stream that stalls', () => file(new Readable({ read() {} }))],
  ])('%s: the signal ends the wait', async (_name, value) => {
    const controller = new AbortController();
    const work = refusal(readPicture(value(), { ...options, signal: controller.signal }));
    setTimeout(() => controller.abort(), 10);
    expect((await work).name).toBe('AbortError');
  });

  test('an aborted stream is destroyed', async () => {
    const controller = new AbortController();
    const stream = new Readable({ read() {} });
    const work = refusal(readPicture(file(stream), { ...options, signal: controller.signal }));
    setImmediate(() => controller.abort());
    await work;
    expect(stream.destroyed).toBe(true);
  });
});

describe('over HTTP, by graphql-upload-ts', () => {
  let server: Server;
  const outcomes: unknown[] = [];
  beforeAll(async () => {
    server = createServer(async (req, res) => {
      const body = (await processRequest(req, res, { maxFileSize: MAX, maxFiles: 1 }).catch((error) => error)) as {
        variables?: { image: unknown };
      };
      const outcome = body.variables ? await readPicture(body.variables.image, options).catch((error) => error) : body;
      outcomes.push(outcome);
      res.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const form = (bytes?: Uint8Array<ArrayBuffer>) => {
    const body = new FormData();
    body.set('operations', JSON.stringify({ query: '{ a }', variables: { image: null } }));
    body.set('map', JSON.stringify({ 0: ['variables.image'] }));
    if (bytes) body.set('0', new Blob([bytes], { type: 'image/jpeg' }), 'photo.jpg');
    return body;
  };
  const send = async (bytes?: Uint8Array<ArrayBuffer>) => {
    await (await fetch(url(), { method: 'POST', body: form(bytes) })).arrayBuffer();
    return outcomes.pop();
  };

  test('a file, an empty one, one too large, and one that is not in the request', async () => {
    expect(
      Buffer.from((await send(new Uint8Array(MAX - 1).fill(9))) as Uint8Array).equals(Buffer.alloc(MAX - 1, 9)),
    ).toBe(true);
    expect(await send(new Uint8Array(0))).toMatchObject({ code: 'BAD_IMAGE' });
    expect(await send(new Uint8Array(MAX * 3))).toMatchObject({ code: 'IMAGE_TOO_LARGE', argument: 'image' });
    expect(await send()).toMatchObject({ code: 'BAD_UPLOAD', argument: 'image' });
  });

  test('a client that leaves in the middle', async () => {
    const before = outcomes.length;
    const req = request(url(), { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' } });
    req.on('error', () => {});
    const part = (name: string, value: string, more = '') =>
      `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
    req.write(
      part('operations', '{"query":"{ a }","variables":{"image":null}}') + part('map', '{"0":["variables.image"]}'),
    );
    req.write(
      '--b\r\nContent-Disposition: form-data; name="0"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\nhalf of it',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    req.destroy();
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(before));
    expect(outcomes.pop()).toMatchObject({ code: 'BAD_UPLOAD', argument: 'image' });
  });
});
