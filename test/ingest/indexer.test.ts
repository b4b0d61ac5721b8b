import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MediaStore } from '../../src/catalog/media-store.ts';
import { MargayError } from '../../src/errors.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { type IngestOptions, ingest, type Outcome } from '../../src/ingest/indexer.ts';
import type { Source, SourceFault, SourceImage, SourceProduct } from '../../src/ingest/source.ts';
import { DEMO_DEFINITION } from '../demo-definition.ts';
import { FakeEncoder, MemoryStore } from '../fakes.ts';
import { drawnPicture } from '../pictures.ts';

const decoder = new SharpDecoder({ maxBytes: 1_000_000 });
const kept = new Set<string>();
const media = {
  put: async ({ id, width, height }) => {
    kept.add(id);
    return { id, width, height, thumbhash: '' };
  },
  has: async (id) => kept.has(id),
} as Partial<MediaStore> as MediaStore;
const signal = new AbortController().signal;

let encoder: FakeEncoder;
let store: MemoryStore;
let pictures: Uint8Array[];
beforeAll(async () => {
  pictures = await Promise.all(['#111111', '#777777', '#eeeeee'].map((color) => drawnPicture(color)));
});
beforeEach(() => {
  encoder = new FakeEncoder();
  store = new MemoryStore();
});

const image = (bytes: Uint8Array | Error, name = 'x.jpg'): SourceImage => ({
  name,
  read: async () => {
    if (bytes instanceof Error) throw bytes;
    return bytes;
  },
});
const BROKEN = image(Buffer.from('no picture'), 'broken.jpg');
const product = (
  id: string,
  images: SourceImage[] = [image(pictures[0]!)],
  title = `Title of ${id}`,
): SourceProduct => ({ id, fields: { title }, images });
const sourceOf = (...items: (SourceProduct | SourceFault)[]): Source => ({ total: items.length, items: () => items });

async function run(source: Source, options: Partial<IngestOptions> = {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const onOutcome = (outcome: Outcome) => void outcomes.push(outcome);
  await ingest(
    source,
    { decoder, encoder, media, store },
    {
      definition: DEMO_DEFINITION,
      embed: 'image',
      signal,
      onOutcome,
      ...options,
    },
  );
  return outcomes;
}
const told = (outcomes: Outcome[]) => outcomes.map(({ name, status }) => `${name} ${status}`);

test('a product of two pictures is two rows, embedded once each', async () => {
  expect(told(await run(sourceOf(product('a', [image(pictures[0]!), image(pictures[1]!)]))))).toEqual(['a INDEXED']);
  expect(store.stored.map(({ productId, ordinal }) => [productId, ordinal])).toEqual([
    ['a', 0],
    ['a', 1],
  ]);
  expect(store.stored[0]!.product).toMatchObject({
    id: 'a',
    fields: { title: 'Title of a', price: null, category: null },
  });
  expect(store.stored[1]!.product.images).toHaveLength(2);
  expect(encoder.calls).toHaveLength(2);
});

test('a product whose picture was lost is indexed again', async () => {
  await run(sourceOf(product('a'), product('b', [image(pictures[1]!)])));
  kept.delete(store.stored[0]!.image.id);
  expect(told(await run(sourceOf(product('a'), product('b', [image(pictures[1]!)]))))).toEqual([
    'a INDEXED',
    'b UNCHANGED',
  ]);
});

test('an id that no store could keep fails its product alone', async () => {
  const outcomes = await run(sourceOf(product('a'), product('nul\0'), product('b')));
  expect(told(outcomes).sort()).toEqual(['"nul\\u0000" FAILED', 'a INDEXED', 'b INDEXED']);
});

describe('a second run embeds only what is new', () => {
  test.each<[string, (first: SourceProduct) => SourceProduct, string, number]>([
    ['nothing changed', (first) => first, 'UNCHANGED', 0],
    ['another title', (first) => ({ ...first, fields: { title: 'New' } }), 'INDEXED', 1],
    ['another price', (first) => ({ ...first, fields: { ...first.fields, price: 3 } }), 'INDEXED', 1],
    ['another picture', (first) => ({ ...first, images: [image(pictures[1]!)] }), 'INDEXED', 1],
    [
      'the same picture under another name',
      (first) => ({ ...first, images: [image(pictures[0]!, 'y.jpg')] }),
      'UNCHANGED',
      0,
    ],
    ['one picture more', (first) => ({ ...first, images: [...first.images, image(pictures[2]!)] }), 'INDEXED', 2],
  ])('%s', async (_name, change, status, calls) => {
    const first = product('a');
    await run(sourceOf(first));
    encoder.calls.length = 0;
    const changed = change(first);
    expect(told(await run(sourceOf(changed)))).toEqual([`a ${status}`]);
    expect(encoder.calls).toHaveLength(calls);
    expect(store.stored[0]!.product).toMatchObject({
      fields: { title: changed.fields.title, price: changed.fields.price ?? null },
    });
  });

  test.each([
    ['alone too where a model sees attributes in it', ['color'], [undefined, 'Title of a']],
    ['once where it sees none', [], ['Title of a']],
  ])('what is embedded counts: with the title each picture is embedded, %s', async (_name, attributes, texts) => {
    encoder = new (class extends FakeEncoder {
      override readonly info = { ...new FakeEncoder().info, attributes };
    })();
    await run(sourceOf(product('a')));
    const alone = store.stored[0]!.vector;
    encoder.calls.length = 0;
    expect(told(await run(sourceOf(product('a')), { embed: 'image+title' }))).toEqual(['a INDEXED']);
    expect(encoder.calls.map(({ text }) => text)).toEqual(texts);
    expect(store.stored[0]!.vector).not.toEqual(alone);
    expect(told(await run(sourceOf(product('a', undefined, 'New')), { embed: 'image+title' }))).toEqual(['a INDEXED']);
  });

  test('an encoder that is busy is asked again, and the import goes on', async () => {
    let refusals = 2;
    encoder = new (class extends FakeEncoder {
      override async encode(...given: Parameters<FakeEncoder['encode']>) {
        if (refusals-- > 0) throw new MargayError('OVERLOADED', 'Busy.', { retryAfter: 0.01 });
        return super.encode(...given);
      }
    })();
    expect(told(await run(sourceOf(product('a'), product('b'))))).toEqual(['a INDEXED', 'b INDEXED']);
  });

  test('a product with a broken picture is not embedded again either', async () => {
    const both = product('a', [BROKEN, image(pictures[0]!)]);
    await run(sourceOf(both));
    encoder.calls.length = 0;
    expect(told(await run(sourceOf(both)))).toEqual(['a UNCHANGED']);
    expect(encoder.calls).toEqual([]);
  });

  test('a picture that took too long gets another chance', async () => {
    const both = product('a', [image(pictures[0]!), image(pictures[1]!)]);
    const real = encoder.encode.bind(encoder);
    let late = true;
    encoder.encode = async (input, options) => {
      if (late && store.stored.length === 0 && encoder.calls.length === 1) {
        late = false;
        throw new MargayError('DEADLINE_EXCEEDED', 'Too slow.');
      }
      return real(input, options);
    };
    const [first] = await run(sourceOf(both));
    expect(first).toMatchObject({ status: 'INDEXED', skipped: [{ reason: 'Too slow.' }] });
    expect(store.stored).toHaveLength(1);
    expect(told(await run(sourceOf(both)))).toEqual(['a INDEXED']);
    expect(store.stored).toHaveLength(2);
    expect(told(await run(sourceOf(both)))).toEqual(['a UNCHANGED']);
  });

  test('a picture that is gone when it is its turn gets another chance at the next run', async () => {
    let reads = 0;
    const going: SourceImage = {
      name: 'going.jpg',
      read: async () => {
        reads++;
        if (reads === 2) throw new MargayError('NOT_FOUND', 'It cannot be opened.');
        return pictures[1]!;
      },
    };
    const both = product('a', [image(pictures[0]!), going]);
    const [first] = await run(sourceOf(both));
    expect(first).toMatchObject({ status: 'INDEXED', skipped: [{ name: 'going.jpg' }] });
    expect(told(await run(sourceOf(both)))).toEqual(['a INDEXED']);
    expect(store.stored).toHaveLength(2);
    expect(told(await run(sourceOf(both)))).toEqual(['a UNCHANGED']);
  });

  test('a picture that changes while its product is read counts as what was embedded', async () => {
    let reads = 0;
    const changing: SourceImage = { name: 'x.jpg', read: async () => pictures[reads++ === 0 ? 0 : 1]! };
    expect(told(await run(sourceOf(product('a', [changing]))))).toEqual(['a INDEXED']);
    expect(told(await run(sourceOf(product('a', [image(pictures[1]!)]))))).toEqual(['a UNCHANGED']);
  });
});

describe('what is bad is passed over', () => {
  test('one picture of two', async () => {
    const [outcome] = await run(sourceOf(product('a', [BROKEN, image(pictures[0]!)])));
    expect(outcome).toMatchObject({ status: 'INDEXED', skipped: [{ name: 'broken.jpg', reason: expect.any(String) }] });
    expect(store.stored.map(({ ordinal, product: { images } }) => [ordinal, images.length])).toEqual([[0, 1]]);
  });

  test('none good: the product fails with the reason, its neighbors do not', async () => {
    const gone = image(new MargayError('NOT_FOUND', 'gone.jpg cannot be opened.'), 'gone.jpg');
    const outcomes = await run(
      sourceOf(product('a'), product('b', [gone, BROKEN]), { name: 'line 3', reason: 'It is not JSON.' }, product('c')),
    );
    expect(told(outcomes).sort()).toEqual(['a INDEXED', 'b FAILED', 'c INDEXED', 'line 3 FAILED']);
    expect(outcomes.find(({ name }) => name === 'b')).toMatchObject({
      reason: 'gone.jpg cannot be opened.',
      skipped: [{}, {}],
    });
    expect(new Set(store.stored.map(({ productId }) => productId))).toEqual(new Set(['a', 'c']));
  });

  test('a fault of ours stops everything', async () => {
    encoder.encode = async () => {
      throw new MargayError('ENCODER_UNAVAILABLE', 'The model is away.');
    };
    await expect(run(sourceOf(product('a')))).rejects.toMatchObject({ code: 'ENCODER_UNAVAILABLE' });
    expect(store.stored).toEqual([]);
  });
});

test('two of one id are written one after the other: the last one stands', async () => {
  expect(told(await run(sourceOf(product('a'), product('a', undefined, 'Last'))))).toEqual(['a INDEXED', 'a INDEXED']);
  expect(store.stored.map(({ product: { fields } }) => fields.title)).toEqual(['Last']);
});

test('stopping in the middle keeps what was acknowledged, and the next run goes on from there', async () => {
  const source = sourceOf(...Array.from({ length: 150 }, (_, place) => product(`p${place}`)));
  const stop = new AbortController();
  const acknowledged: string[] = [];
  const stopped = run(source, {
    signal: stop.signal,
    onOutcome: ({ name }) => {
      acknowledged.push(name);
      if (acknowledged.length === 64) stop.abort(new Error('Stopped.'));
    },
  });
  await expect(stopped).rejects.toThrow('Stopped.');
  expect(acknowledged).toHaveLength(64);
  expect(store.stored.map(({ productId }) => productId).sort()).toEqual([...acknowledged].sort());
  encoder.calls.length = 0;
  const outcomes = await run(source);
  expect(outcomes.filter(({ status }) => status === 'UNCHANGED')).toHaveLength(64);
  expect(encoder.calls).toHaveLength(86);
  expect(store.stored).toHaveLength(150);
});
