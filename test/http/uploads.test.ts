import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { buildSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { GraphContext } from '../../src/graph/context.ts';
import { Cost } from '../../src/graph/cost.ts';
import { createGateway } from '../../src/http/gateway.ts';
import { readPicture } from '../../src/http/picture-upload.ts';
import { listen, type RunningServer } from '../../src/http/server.ts';
import { type Door, openDoor } from '../door.ts';
import { drawnPicture } from '../pictures.ts';
import { multipart, ownTemporaryFolder, Wire } from './wire.ts';

const temporary = await ownTemporaryFolder();
afterAll(() => temporary[Symbol.asyncDispose]());

const DATA = new URL('../../../shared/data/', import.meta.url);
const TABLE = new URL('graphql.json', DATA);
const absent = existsSync(TABLE) ? '' : ' (skipped: ../shared/data is absent)';
const MEGABYTE = 1024 * 1024;

interface Case {
  readonly file: string;
  readonly content_type: string;
  readonly what: string;
  readonly expect: string;
}
const cases: Case[] = absent ? [] : JSON.parse(await readFile(TABLE, 'utf8'));

/** The gateway over the schema that the shared bodies speak of: each picture is read to its end. */
async function openGateway(reported: unknown[]): Promise<RunningServer> {
  const schema = buildSchema(`
    scalar Upload
    type Found { total: Int! }
    type Query { ready: Boolean }
    type Mutation { searchByImage(image: Upload!): Found searchByImages(images: [Upload!]!): Found }
  `);
  const root = schema.getMutationType()!.getFields();
  root.searchByImage!.resolve = async (_root, { image }, { readPicture: read }: GraphContext) => ({
    total: (await read(image, 'image')).length,
  });
  root.searchByImages!.resolve = async (_root, { images }, { readPicture: read }: GraphContext) => ({
    total: (await Promise.all(images.map((image: unknown) => read(image, 'images')))).length,
  });
  const graphql = createGateway({
    schema,
    hasKeys: false,
    origins: [],
    uploads: { maxFileSize: MEGABYTE, maxFiles: 10, maxFieldSize: MEGABYTE },
    report: (error) => reported.push(error),
    context: ({ signal }) =>
      ({
        signal,
        cost: new Cost(0),
        readPicture: (upload, argument) => readPicture(upload, { argument, maxBytes: MEGABYTE, signal }),
      }) as GraphContext,
  });
  return listen({
    host: '127.0.0.1',
    port: 0,
    keyHashes: [],
    health: { ready: async () => {} },
    pictures: async () => false,
    page: () => false,
    graphql: (req, res) => graphql(req, res, { req, res }),
    report: (error) => reported.push(error),
  });
}

const boundaryOf = (body: Buffer) => /^-*--([^\r\n]*)/.exec(body.toString('latin1'))?.[1]?.trim();

describe(`shared multipart bodies${absent}`, () => {
  const reported: unknown[] = [];
  let server: RunningServer;
  beforeAll(async () => {
    server = await openGateway(reported);
  });
  afterAll(() => server.close(0));

  test.skipIf(absent).each(cases)('$file: $what', async (row) => {
    const body = await readFile(new URL(row.file, DATA));
    const type = row.content_type.includes('<')
      ? `multipart/form-data; boundary=${boundaryOf(body) || 'x'}`
      : row.content_type;
    using wire = new Wire(server.url);
    const { status, text } = await wire.send({
      headers: { 'content-type': type, 'apollo-require-preflight': '1' },
      body,
    });
    expect(['accepted', ...REFUSALS[row.expect]!]).toContain(outcomeOf(status, text));
    if (row.expect === 'accept') expect([status, outcomeOf(status, text)]).toEqual([200, 'accepted']);
    if (row.expect === '400' || row.expect.startsWith('400_or_4')) expect(outcomeOf(status, text)).not.toBe('accepted');
    expect(await wire.stillServes()).toBe(true);
    await expect.poll(temporary.uploads).toEqual([]);
    expect(reported).toEqual([]);
  });

  // A body that breaks off after its map is already being executed: then the field says so, and HTTP stays at 200.
  const REFUSALS: Record<string, string[]> = {
    accept: [],
    accept_or_400: ['400'],
    '400': ['400', 'BAD_UPLOAD'],
    '400_or_413': ['400', '413'],
    '400_or_413_or_431': ['400', '413', '431', 'BAD_UPLOAD'],
    '400_or_accept_first': ['400'],
    graphql_error_or_400: ['400', 'BAD_IMAGE'],
    '4xx_or_accept': ['400', '413', '415', 'BAD_UPLOAD'],
  };
});

/** The refusal's status, or the code of the field's error. Every error names a code. */
function outcomeOf(status: number, text: string): string {
  const { errors } = text ? JSON.parse(text) : { errors: undefined };
  for (const { extensions } of errors ?? [])
    expect(extensions.code).toMatch(/^(BAD_UPLOAD|BAD_INPUT|BAD_IMAGE|FORBIDDEN)$/);
  if (status !== 200) return String(status);
  return errors ? errors[0].extensions.code : 'accepted';
}

describe('the connection goes on', () => {
  let door: Door;
  let photo: Uint8Array;
  beforeAll(async () => {
    // Of those who may not write: the others may send more.
    door = await openDoor({ HTTP_ADMIN_KEYS: '0'.repeat(64) });
    photo = await drawnPicture();
  });
  afterEach(async () => {
    await expect.poll(temporary.uploads).toEqual([]);
    expect(door.reported).toEqual([]);
  });
  afterAll(() => door[Symbol.asyncDispose]());

  const SEARCH = 'query ($image: Upload) { search(image: $image) { hits { rank } } }';
  const form = (file: Uint8Array, query = SEARCH) =>
    multipart([
      { name: 'operations', content: JSON.stringify({ query, variables: { image: null } }) },
      { name: 'map', content: '{"0":["variables.image"]}' },
      { name: '0', content: file, filename: 'x.jpg' },
    ]);

  test('a photo, twice over one connection', async () => {
    using wire = new Wire(door.url);
    const answers = [await wire.send(form(photo)), await wire.send(form(photo))];
    for (const { status, text } of answers)
      expect([status, JSON.parse(text).data.search.hits.length]).toEqual([200, 9]);
    expect(answers[1]!.port).toBe(answers[0]!.port);
  });

  test.each([
    ['21 MB', 21 * MEGABYTE, 200],
    ['a byte too many', 20 * MEGABYTE + 1, 200],
    ['40 MB, refused by its announced length', 40 * MEGABYTE, 413],
  ])('%s is IMAGE_TOO_LARGE', async (_name, size, status) => {
    using wire = new Wire(door.url);
    const answer = await wire.send(form(new Uint8Array(size)));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).errors[0].extensions).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      remedy: expect.any(String),
    });
    expect(await wire.stillServes()).toBe(true);
  });

  test('just 20 MB is read, and judged by its bytes', async () => {
    using wire = new Wire(door.url);
    const { text } = await wire.send(form(new Uint8Array(20 * MEGABYTE)));
    expect(JSON.parse(text).errors[0].extensions.code).toBe('UNSUPPORTED_IMAGE');
  });

  test('a file that no resolver reads', async () => {
    using wire = new Wire(door.url);
    const unread = [
      ['{ __typename }', 200],
      ['query ($image: Upload) { search(image: $image, topK: 0) { scoreKind } }', 200],
      ['query ($image: Upload) { search(image: $image, nothing: 0) { scoreKind } }', 200],
      ['{ broken', 200],
    ] as const;
    for (const [query, status] of unread) {
      expect((await wire.send(form(new Uint8Array(8 * MEGABYTE), query))).status).toBe(status);
      expect(await wire.stillServes()).toBe(true);
    }
  });

  test('20 files', async () => {
    using wire = new Wire(door.url);
    const places = Array.from({ length: 20 }, (_, place) => String(place));
    const variables = Object.fromEntries(places.map((place) => [`v${place}`, null]));
    const mapped = multipart([
      { name: 'operations', content: JSON.stringify({ query: '{ __typename }', variables }) },
      {
        name: 'map',
        content: JSON.stringify(Object.fromEntries(places.map((place) => [place, [`variables.v${place}`]]))),
      },
      ...places.map((name) => ({ name, content: photo, filename: 'x.jpg' })),
    ]);
    const { status, text } = await wire.send(mapped);
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([413, 'BAD_UPLOAD']);
    expect(await wire.stillServes()).toBe(true);
    // Files that no map names are passed over up to the same count, and never kept.
    const stray = multipart([
      { name: 'operations', content: '{"query":"{ __typename }"}' },
      { name: 'map', content: '{}' },
      ...places.map((name) => ({ name, content: photo, filename: 'x.jpg' })),
    ]);
    expect([200, 413]).toContain((await wire.send(stray)).status);
    expect(await wire.stillServes()).toBe(true);
  });

  test('a client that leaves in the middle', async () => {
    const { headers, body } = form(new Uint8Array(4 * MEGABYTE));
    const head = Object.entries({ ...headers, host: new URL(door.url).host, 'content-length': body.length })
      .map(([name, value]) => `${name}: ${value}`)
      .join('\r\n');
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(door.url).port), '127.0.0.1', () => {
        socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\n\r\n`);
        socket.write(body.subarray(0, MEGABYTE), () => setTimeout(() => socket.resetAndDestroy(), 100));
      });
      socket.on('error', () => {}).on('close', () => resolve());
    });
    using wire = new Wire(door.url);
    expect(await wire.stillServes()).toBe(true);
  });
});
