import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientOf } from '../../src/http/access.ts';

const from = (remoteAddress: string | undefined, authorization?: string) =>
  ({ socket: { remoteAddress }, headers: { ...(authorization && { authorization }) } }) as unknown as IncomingMessage;

test.each([
  ['192.0.2.7', '::ffff:192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:5::', true],
  ['fe80::1%eth0', 'fe80::2', true],
  ['::1', '::1', true],
])('%s and %s are one client: %s', (a, b, same) => {
  expect(clientOf(from(a), false) === clientOf(from(b), false)).toBe(same);
});

test('keys count where keys are asked for', () => {
  const [one, two] = [from('192.0.2.7', 'Bearer one'), from('192.0.2.7', 'Bearer two')];
  expect(clientOf(one, true)).not.toBe(clientOf(two, true));
  expect(clientOf(one, true)).not.toContain('one');
  expect(clientOf(one, false)).toBe(clientOf(two, false));
  expect(clientOf(undefined, false)).toBe('address ');
});
