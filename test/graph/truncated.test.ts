import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Encoded, EncoderInput } from '../../src/encode/encoder.ts';
import { type Door, openDoor } from '../door.ts';
import { FakeEncoder } from '../fakes.ts';

/** Reads ten characters. */
class ShortEncoder extends FakeEncoder {
  override async encode(input: EncoderInput, options: { signal: AbortSignal }): Promise<Encoded> {
    return { ...(await super.encode(input, options)), truncated: (input.text ?? '').length > 10 };
  }
}

let door: Door;
beforeAll(async () => {
  door = await openDoor({}, { encoder: new ShortEncoder() });
});
afterAll(() => door[Symbol.asyncDispose]());

test.each([
  ['a short text', '{ search(text: "red mug") { hits { rank } } }', undefined],
  ['a long text', '{ search(text: "a red mug with handles") { hits { rank } } }', ['search']],
  [
    'the long ones among several, by alias',
    '{ a: search(text: "a red mug with handles") { hits { rank } } b: search(text: "mug") { hits { rank } } c: search(text: "something much longer") { reranked { rank } } }',
    ['a', 'c'],
  ],
  ['a long text that is not embedded', '{ search(text: "a red mug with handles") { scoreKind } }', undefined],
])('%s: extensions.truncated', async (_name, query, truncated) => {
  const { extensions, errors } = await door.ask(query);
  expect(errors).toBeUndefined();
  expect(extensions?.truncated).toEqual(truncated);
});
