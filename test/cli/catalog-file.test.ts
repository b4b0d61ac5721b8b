import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, printSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CATALOG_DIRECTIVES } from '../../src/catalog/definition-directives.ts';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { servedSdl } from '../../src/graph/served-sdl.ts';
import { BOOKS, DEMO } from '../catalog/definitions.ts';

const FAULTY = `type Shop {
  id: ID! @key
  name: String @title
  price: Money @filter
  price: Float @sort
  photos: [Image!]! @image
}
`;
const FAULTS = `margay: faulty.graphql has 4 faults:
  line 3: name: @title is for a field of type String!, and this is String. Write \`name: String! @title\`.
  line 4: price: There is no type Money for a field. Use ID, String, Int, Float, Boolean, DateTime or [String!].
  line 5: price: There is no directive @sort. Use @key, @title, @image, @fullText, @filter or @facet.
  line 5: price: It is there twice, first in line 4. Rename one, or leave it out.
`;

let folder: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-file-'));
  await mkdir(join(folder, 'photos'));
  await writeFile(join(folder, 'faulty.graphql'), FAULTY);
  await writeFile(join(folder, 'books.graphql'), BOOKS);
  await writeFile(join(folder, 'huge.graphql'), `${BOOKS}\n${'# more\n'.repeat(1_500_000)}`);
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
afterEach(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

function margay(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    env: { PATH: process.env.PATH, MARGAY_DATA: join(folder, 'data'), PORT: '0', INIT_CWD: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (more) => (said.out += more));
  child.stderr.setEncoding('utf8').on('data', (more) => (said.err += more));
  const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, exit };
}

describe('a catalog file that is none', () => {
  const remedy = '  Name a file that says what a product is, as examples/catalogs/books.graphql does.\n';
  const unread = (fault: string) => `margay: CATALOG_FILE: ${fault}.\n${remedy}`;

  test.each<[string, readonly string[], string, string]>([
    ['a start tells every fault of it, by line', ['serve'], 'faulty.graphql', FAULTS],
    ['so does an indexing', ['index', 'photos'], 'faulty.graphql', FAULTS],
    ['and the schema', ['schema'], 'faulty.graphql', FAULTS],
    ['it is not there', ['serve'], 'nowhere.graphql', unread('nowhere.graphql is not there')],
    ['it is a folder', ['serve'], 'photos', unread('photos is no file')],
    ['it is below a file', ['serve'], 'books.graphql/x', unread('x is not there')],
    [
      'it is far too long',
      ['serve'],
      'huge.graphql',
      unread(`huge.graphql has ${10_500_001 + Buffer.byteLength(BOOKS)} bytes, and a catalog file at most 1048576`),
    ],
  ])('%s', async (_name, args, CATALOG_FILE, says) => {
    expect(await margay(args, { CATALOG_FILE }).exit).toEqual({ code: 2, out: '', err: says });
  });
});

describe('schema', () => {
  const printed = (sdl: string) => `${servedSdl(readDefinition(sdl, 'x'))}\n`;

  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['of the demo', [], {}, printed(DEMO)],
    ['of CATALOG_FILE, from where one stands', [], { CATALOG_FILE: 'books.graphql' }, printed(BOOKS)],
    ['of a file', ['books.graphql'], { CATALOG_FILE: 'nowhere' }, printed(BOOKS)],
    ['and what a catalog file may use', ['--directives'], {}, CATALOG_DIRECTIVES],
  ])('%s: on standard output, and nothing else', async (_name, args, env, out) => {
    expect(await margay(['schema', ...args], env).exit).toEqual({ code: 0, out, err: '' });
  });

  test('it can be read back', () => {
    const sdl = servedSdl(readDefinition(BOOKS, 'x'));
    expect(printSchema(buildSchema(sdl))).toBe(sdl);
    expect(readDefinition(`${BOOKS}\n${CATALOG_DIRECTIVES}`, 'x')).toEqual(readDefinition(BOOKS, 'x'));
  });

  test.each<[string, readonly string[], string]>([
    ['a file that is not there', ['nowhere'], 'schema: nowhere is not there'],
    ['two files', ['books.graphql', 'faulty.graphql'], 'one file at most'],
    ['a file beside --directives', ['books.graphql', '--directives'], 'takes no file'],
    ['an unknown option', ['--bogus'], '--bogus'],
  ])('%s: status 2, and nothing on standard output', async (_name, args, says) => {
    const { code, out, err } = await margay(['schema', ...args]).exit;
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(says);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

test('a catalog of one’s own starts empty and says what comes next; a folder is refused with the remedy', async () => {
  const own = { CATALOG_FILE: 'books.graphql' };
  const { child, said, exit } = margay(['serve'], own);
  await expect.poll(() => said.err, { timeout: 60_000 }).toContain('npm run index -- PRODUCTS.jsonl');
  expect(said.err).toContain('margay serves catalog "own"');
  child.kill('SIGTERM');
  expect((await exit).code).toBe(0);
  const refused = await margay(['index', 'photos'], own).exit;
  expect([refused.code, refused.out]).toEqual([2, '']);
  expect(refused.err).toBe(
    'margay: A folder gives titles alone, and every Book needs authors, inPrint.\n  Index a .jsonl file that names them.\n',
  );
});
