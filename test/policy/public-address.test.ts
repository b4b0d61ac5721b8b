import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { isPublicAddress, publicLookup, refuseLocal } from '../../src/policy/public-address.ts';

test.each<[string, boolean]>([
  ['8.8.8.8', true],
  ['99.255.255.255', true],
  ['100.128.0.1', true],
  ['172.15.255.255', true],
  ['172.32.0.1', true],
  ['223.255.255.255', true],
  ['2600:9000:21f3::1', true],
  ['2a00:1450:4001:82a::200e', true],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['127.255.255.254', false],
  ['169.254.169.254', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.0.2.7', false],
  ['192.168.1.1', false],
  ['198.18.0.1', false],
  ['203.0.113.9', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::7f00:1', false],
  ['fe80::1', false],
  ['fd00:ec2::254', false],
  ['ff02::1', false],
  ['2001:db8::1', false],
  ['2001:0:53aa:64c::1', false],
  ['2002:7f00:1::', false],
  ['no address', false],
])('%s is public: %s', (address, is) => {
  expect(isPublicAddress(address)).toBe(is);
});

describe('what a URL says by itself', () => {
  test.each([
    'http://127.0.0.1/a.jpg',
    'http://127.1/a.jpg',
    'http://2130706433/a.jpg',
    'http://0x7f000001/a.jpg',
    'http://0177.0.0.1/a.jpg',
    'http://[::1]/a.jpg',
    'http://[::ffff:10.0.0.1]/a.jpg',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost/a.jpg',
    'http://LOCALHOST./a.jpg',
    'http://shop.localhost/a.jpg',
    'http://metadata.google.internal/a.jpg',
    'http://printer.local/a.jpg',
    'http://intranet/a.jpg',
    'http://１２７.0.0.1/a.jpg',
  ])('%s is refused', (url) => {
    expect(() => refuseLocal(new URL(url))).toThrow('private address');
  });

  test.each(['https://m.media-amazon.com/images/I/a.jpg', 'http://8.8.8.8/a.jpg', 'http://[2600:9000::1]/a.jpg'])(
    '%s is not',
    (url) => {
      expect(() => refuseLocal(new URL(url))).not.toThrow();
    },
  );
});

describe('what a name leads to', () => {
  const ask = (host: string, addresses: readonly string[], all: boolean) =>
    new Promise<unknown>((done) => {
      let resolved = 0;
      const lookup = publicLookup(new Set(['proxy.shop.example']), (_host, _options, answer) => {
        resolved += 1;
        const found = addresses.map<LookupAddress>((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        answer(null, found);
      });
      lookup(host, { all }, (error, address, family) => done(error ? error.message : { address, family, resolved }));
    });

  test('the address that was checked is the one that is given, after one look', async () => {
    expect(await ask('a.example', ['8.8.8.8', '2600::1'], false)).toEqual({
      address: '8.8.8.8',
      family: 4,
      resolved: 1,
    });
    expect(await ask('a.example', ['8.8.8.8', '2600::1'], true)).toMatchObject({
      address: [
        { address: '8.8.8.8', family: 4 },
        { address: '2600::1', family: 6 },
      ],
      resolved: 1,
    });
  });

  test.each<[string, readonly string[]]>([
    ['this machine', ['127.0.0.1']],
    ['a public and a private one', ['8.8.8.8', '10.0.0.1']],
    ['IPv6 of this machine', ['2600::1', '::1']],
  ])('%s is refused', async (_name, addresses) => {
    expect(await ask('a.example', addresses, true)).toContain('private address');
    expect(await ask('a.example', addresses, false)).toContain('private address');
  });

  test('no address at all', async () => {
    expect(await ask('a.example', [], true)).toContain('has no address');
  });

  test('the proxy may be anywhere', async () => {
    expect(await ask('proxy.shop.example', ['10.0.0.1'], false)).toMatchObject({ address: '10.0.0.1' });
  });
});
