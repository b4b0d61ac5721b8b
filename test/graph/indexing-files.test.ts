import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { type Door, openDoor } from '../door.ts';
import { colored, indexProducts, outcomes } from './writing.ts';

const data = '../shared/data';
const absent = !existsSync(join(data, 'camera.json'));
interface Entry {
  readonly file: string;
  readonly expect: { readonly outcome: string; readonly width?: number; readonly height?: number };
}
const load = async (name: string): Promise<Entry[]> =>
  absent ? [] : JSON.parse(await readFile(join(data, name), 'utf8'));
const camera = await load('camera.json');
const corrupt = await load('corrupt.json');

const REFUSED = /^FAILED (BAD_IMAGE|IMAGE_TOO_LARGE|UNSUPPORTED_IMAGE)$/;
const MAY: Readonly<Record<string, RegExp>> = {
  decode: /^INDEXED$/,
  decode_and_strip: /^INDEXED$/,
  reject: REFUSED,
};

describe.skipIf(absent)('files as they come (skipped where ../shared/data is absent)', { timeout: 120_000 }, () => {
  let door: Door;
  beforeAll(async () => {
    // A busy machine is no fault of a file.
    door = await openDoor({ HTTP_TIMEOUT_MS: '60000' }, { decoder: new SharpDecoder({ deadlineMs: 60_000 }) });
  });
  afterAll(() => door[Symbol.asyncDispose]());

  test.each([
    ['camera photos', camera],
    ['corrupt files', corrupt],
  ])('%s: each answered by itself, and the good ones between them are there', async (_name, entries) => {
    expect(entries.length).toBeGreaterThan(60);
    const good = await colored(1);
    // Half of the files a request, and a good picture after each of them.
    for (let start = 0; start < entries.length; start += 40) {
      const some = entries.slice(start, start + 40);
      const products = await Promise.all(
        some.flatMap(({ file }) => [
          readFile(join(data, file)).then((bytes) => ({ id: file, title: file, pictures: [new Uint8Array(bytes)] })),
          { id: `after ${file}`, title: 'A good one', pictures: [good] },
        ]),
      );
      const answers = outcomes(await indexProducts(door, products));
      expect(answers.filter((_, place) => place % 2 === 1)).toEqual(some.map(({ file }) => `after ${file} INDEXED`));
      for (const [place, { file, expect: expected }] of some.entries()) {
        const status = answers[2 * place]!.slice(file.length + 1);
        if (status !== 'INDEXED') expect(status, file).toMatch(REFUSED);
        expect(status, file).toMatch(MAY[expected.outcome] ?? /./);
        if (status !== 'INDEXED' || !expected.width) continue;
        const { data: shown } = await door.ask('query ($id: ID!) { product(id: $id) { images { width height } } }', {
          id: file,
        });
        expect(shown.product.images, file).toEqual([{ width: expected.width, height: expected.height }]);
      }
    }
    expect(door.reported).toEqual([]);
    expect((await door.ask('{ search(text: "mug") { hits { rank } } }')).data.search.hits).toHaveLength(9);
  });
});
