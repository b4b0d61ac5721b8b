import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { between, settingsTable } from '../scripts/settings-table.ts';
import { readConfig, SETTINGS } from '../src/config.ts';
import { MargayError } from '../src/errors.ts';

const HASH = 'a'.repeat(64);
const README = new URL('../README.md', import.meta.url);

const written = existsSync(README) ? between(await readFile(README, 'utf8')) : undefined;

function faultsOf(env: Record<string, string | undefined>): string {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(MargayError);
    expect(error).toMatchObject({ code: 'BAD_INPUT' });
    return (error as MargayError).message;
  }
  throw new Error('Expected faults.');
}

test('nothing set is the defaults', () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    PORT: 4000,
    HOST: '127.0.0.1',
    MARGAY_DATA: '.margay',
    ENCODER: 'pocket',
    RERANK: 'on',
  });
  expect(config).toMatchObject({ HTTP_API_KEYS: [], HTTP_OPEN: false, HTTP_ORIGINS: [], CATALOG_EMBED: 'image' });
  expect(Object.isFrozen(config)).toBe(true);
});

test('empty and blank count as unset, others are none of ours', () => {
  const blank = Object.fromEntries(SETTINGS.map(({ name }, place) => [name, place % 2 ? '' : ' \t']));
  expect(readConfig({ ...blank, PATH: '/bin', PORTS: 'x' })).toEqual(readConfig({}));
});

test('values are read as what they are', () => {
  const config = readConfig({
    PORT: ' 0 ',
    HTTP_API_KEYS: `${HASH}, ${'B'.repeat(64)} ,`,
    HTTP_ORIGINS: 'https://shop.example,http://localhost:3000',
    HTTP_OPEN: 'on',
    ENCODER_THREADS: '2',
  });
  expect(config).toMatchObject({ PORT: 0, HTTP_OPEN: true, ENCODER_THREADS: 2 });
  expect(config.HTTP_API_KEYS).toEqual([HASH, 'B'.repeat(64)]);
  expect(config.HTTP_ORIGINS).toEqual(['https://shop.example', 'http://localhost:3000']);
});

const KEYS = 'expected SHA-256 hashes in hex, 64 digits each; see README, Settings';
const ORIGINS = 'expected origins such as https://shop.example, with no path';
const ORIGIN = 'expected an origin such as https://shop.example, with no path';
const PORTS = 'expected a whole number from 0 to 65535';
const SHARE = 'expected a number from 0 to 1, such as 0.5';
const MILVUS = 'expected HOST:PORT, such as 127.0.0.1:19530 or [::1]:19530, or https://HOST:PORT';
const TIMEOUTS = 'expected a whole number from 100 to 600000';

test.each([
  ['PORT', '65536', PORTS],
  ['PORT', '-1', PORTS],
  ['PORT', '4e3', PORTS],
  ['PORT', '0x50', PORTS],
  ['PORT', '80.5', PORTS],
  ['PORT', '9'.repeat(400), PORTS],
  ['HTTP_OPEN', 'yes', 'expected 1 or 0'],
  ['HTTP_API_KEYS', 'my-plain-key', KEYS],
  ['HTTP_ADMIN_KEYS', 'my-plain-key', KEYS],
  ['HTTP_API_KEYS', `${HASH},short`, KEYS],
  ['HTTP_API_KEYS', 'one-plain-key,another-plain-key', KEYS],
  ['HTTP_ORIGINS', '*', ORIGINS],
  ['HTTP_ORIGINS', 'null', ORIGINS],
  ['HTTP_ORIGINS', 'shop.example', ORIGINS],
  ['HTTP_ORIGINS', 'https://shop.example/', ORIGINS],
  ['HTTP_ORIGINS', 'https://shop.example/path', ORIGINS],
  ['HTTP_ORIGINS', 'https://user@shop.example', ORIGINS],
  ['HTTP_PUBLIC_URL', 'ftp://shop.example', ORIGIN],
  ['HTTP_PUBLIC_URL', 'javascript:alert(1)', ORIGIN],
  ['HTTP_TIMEOUT_MS', '99', TIMEOUTS],
  ['HTTP_TIMEOUT_MS', '600001', TIMEOUTS],
  ['ENCODER_THREADS', '0', 'expected a whole number from 1 to 64'],
  ['ENCODER_API', 'tei', 'expected vllm or infinity'],
  ['ENCODER_KEY', 'two words', 'expected ASCII characters without blanks'],
  ['ENCODER_TIMEOUT_MS', '99', 'expected a whole number from 100 to 300000'],
  ['ENCODER_PICTURE_SIDE', '63', 'expected a whole number from 64 to 1024'],
  ['ENCODER_PICTURE_WEIGHT', '1.5', SHARE],
  ['ENCODER_PICTURE_WEIGHT', '-0.5', SHARE],
  ['ENCODER_PICTURE_WEIGHT', '1e-1', SHARE],
  ['CATALOG_EMBED', 'title', 'expected image or image+title'],
  ['RERANK', 'true', 'expected on or off'],
  ['RERANK_VOTES', '3', 'expected 1 or 2'],
  ['RERANK_FLOW', 'both', 'expected caption or single'],
  ['RERANK_KEY', 'two\nlines', 'expected ASCII characters without blanks'],
  ['RERANK_TIMEOUT_MS', '300001', 'expected a whole number from 100 to 300000'],
  ...[
    ...['127.0.0.1', '127.0.0.1:', '127.0.0.1:99999', '127.0.0.1:19530/', ':19530', 'two hosts:19530', 'milvus:db'],
    ...['::1:19530', '[::1]', '[::1:19530', '[::g]:19530'],
    ...['http://milvus', 'https://milvus:1/default', 'tcp://milvus:19530', 'https://root:Milvus@milvus:19530'],
  ].map((value) => ['MILVUS_ADDRESS', value, MILVUS]),
])('%s=%s is refused by name, in plain words and once', (name, value, fault) => {
  expect(faultsOf({ [name]: value })).toBe(`The settings have 1 fault(s):\n  ${name}: ${fault}`);
});

test.each([
  ['a server without a model', { RERANK_URL: 'http://127.0.0.1:9/v1' }, 'RERANK_MODEL'],
  ['a model without a server', { RERANK_MODEL: 'm' }, 'RERANK_URL'],
  ['a URL with a password', { RERANK_URL: 'http://me:s3cret@127.0.0.1/v1', RERANK_MODEL: 'm' }, 'RERANK_URL'],
  ['a URL of no web server', { RERANK_URL: 'file:///v1', RERANK_MODEL: 'm' }, 'RERANK_URL'],
  ['an encoder server without a model', { ENCODER_URL: 'http://127.0.0.1:9/v1' }, 'ENCODER_MODEL'],
  ['an encoder model without a server', { ENCODER_MODEL: 'm' }, 'ENCODER_URL'],
  ['an encoder URL with a password', { ENCODER_URL: 'http://me:s3cret@127.0.0.1', ENCODER_MODEL: 'm' }, 'ENCODER_URL'],
  ['two encoders', { ENCODER: 'pocket', ENCODER_URL: 'http://127.0.0.1:9', ENCODER_MODEL: 'm' }, 'ENCODER'],
])('a server is named whole: %s', (_name, given, fault) => {
  const message = faultsOf(given);
  expect(message).toContain('1 fault(s)');
  expect(message).toContain(`  ${fault}: expected`);
  expect(message).not.toContain('s3cret');
});

test.each(['0', '1', '0.25', '.5', '1.0'])('a share of %s is read', (ENCODER_PICTURE_WEIGHT) => {
  expect(readConfig({ ENCODER_PICTURE_WEIGHT }).ENCODER_PICTURE_WEIGHT).toBe(Number(ENCODER_PICTURE_WEIGHT));
});

test.each([
  ...['127.0.0.1:19530', 'localhost:19530', 'milvus:19530', '[::1]:19530', 'milvus-1.shop_net.example:80'],
  ...['http://127.0.0.1:19530', 'https://milvus.example:443', 'https://[::1]:19530', 'https://cluster.example'],
])('Milvus at %s', (MILVUS_ADDRESS) => {
  expect(readConfig({ MILVUS_ADDRESS })).toMatchObject({ MILVUS_ADDRESS });
});

test('all faults at once', () => {
  const message = faultsOf({ PORT: 'x', HOST: '0.0.0.0', HTTP_OPEN: '0', RERANK: 'maybe', HTTP_TIMEOUT_MS: '1' });
  expect(message).toContain('The settings have 4 fault(s)');
  for (const name of ['PORT', 'HOST', 'RERANK', 'HTTP_TIMEOUT_MS']) expect(message).toContain(`\n  ${name}: `);
});

test('no value is ever told', () => {
  // "12" or "st" may stand in any message; a secret is longer.
  const secret = fc
    .string({ minLength: 12, maxLength: 40 })
    .filter((text) => /[^a-z\s]/i.test(text) && text.trim() === text);
  fc.assert(
    fc.property(secret, (value) => {
      const env = Object.fromEntries(SETTINGS.map(({ name }) => [name, value]));
      expect(faultsOf(env)).not.toContain(value);
    }),
  );
  const message = faultsOf({ HTTP_API_KEYS: 'hunter2-hunter2', MILVUS_TOKEN: 'root:Milvus', PORT: 'x' });
  expect(message).not.toMatch(/hunter2|Milvus/);
});

describe('beyond loopback', () => {
  test.each(['127.0.0.1', 'localhost', '::1', '127.1.2.3'])('%s needs nothing', (HOST) => {
    expect(readConfig({ HOST }).HOST).toBe(HOST);
  });

  test.each([
    '0.0.0.0',
    '::',
    '192.168.1.5',
    'shop.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '::ffff:0.0.0.0',
  ])('%s needs keys or HTTP_OPEN', (HOST) => {
    for (const env of [
      {},
      { HTTP_OPEN: '0' },
      { HTTP_OPEN: 'false' },
      { HTTP_API_KEYS: ',' },
      { HTTP_ADMIN_KEYS: ',' },
    ])
      expect(faultsOf({ HOST, ...env })).toMatch(/HOST: .*HTTP_API_KEYS.*HTTP_OPEN=1/);
    expect(readConfig({ HOST, HTTP_OPEN: '1' }).HOST).toBe(HOST);
    expect(readConfig({ HOST, HTTP_API_KEYS: HASH }).HOST).toBe(HOST);
    expect(readConfig({ HOST, HTTP_ADMIN_KEYS: HASH }).HOST).toBe(HOST);
  });
});

describe('the table of settings', () => {
  test('names every setting with its meaning', () => {
    for (const { name, meaning } of SETTINGS) {
      expect(name).toMatch(/^[A-Z][A-Z_]+$/);
      expect(meaning).toMatch(/^[`A-Z].*\.$/);
    }
  });

  test.skipIf(written === undefined)("README's is this one (skipped: README has no settings markers)", () => {
    expect(written, 'node scripts/settings-table.ts --write').toBe(settingsTable());
  });
});
