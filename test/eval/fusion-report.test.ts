import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Encoded, Encoder, EncoderInfo, EncoderInput } from '../../src/encode/encoder.ts';
import { fuse } from '../../src/encode/fusion.ts';
import { floorsOf } from '../../src/eval/floors.ts';
import { photoEvaluation } from '../../src/eval/photo-eval.ts';
import { photoSet } from '../../src/eval/photo-queries.ts';
import type { RetrievalStages } from '../../src/eval/retrieval.ts';
import { DIMENSIONS, vectorOf } from '../fakes.ts';

type Vector = Float32Array;
const axis = (place: number, length = 1): Vector =>
  Float32Array.from({ length: DIMENSIONS }, (_, at) => (at === place ? length : 0));

/**
 * Three planes, each of the axis of a text and that of a picture, with eleven products on the way from the one to the other: product 6 of a plane is what
 * text and picture give at a weight of .6 and at no other.
 */
const PLANES = [0, 1, 2];
const STEPS = 11;
const ASKS = 15;
const byteOf = (plane: number, step: number) => 16 * plane + step;
const pictureAt = (byte: number): Vector => {
  const [plane, step] = [byte >> 4, byte % 16];
  return step === ASKS ? axis(2 * plane + 1) : fuse(axis(2 * plane), axis(2 * plane + 1), step / 10);
};
const textAt = (text: string): Vector => axis(2 * Number(text.at(-1)));

interface Towers {
  readonly info?: Partial<EncoderInfo> & { pictureWeight?: number };
  readonly text?: (text: string) => Vector;
  readonly picture?: (byte: number) => Vector;
  readonly joint?: (text: Vector, picture: Vector) => Vector;
}

/** A text is its last digit, a picture its one byte. */
function towers({ info, text = textAt, picture = pictureAt, joint }: Towers): Encoder {
  const said = { joint: 'FUSED' as const, pictureWeight: 0.5, ...info };
  return {
    info: {
      name: 'towers',
      dimensions: DIMENSIONS,
      fingerprint: 'towers-1',
      attributes: [],
      demo: false,
      license: 'MIT',
      ...said,
    },
    prepare: async ({ rgb }) => ({ size: 1, rgb }),
    async encode({ text: words, pixels }: EncoderInput): Promise<Encoded> {
      const [said_, seen] = [words === undefined ? undefined : text(words), pixels && picture(pixels.rgb[0]!)];
      const both = joint ?? ((a: Vector, b: Vector) => fuse(a, b, said.pictureWeight ?? 0.5));
      const vector = said_ && seen ? both(said_, seen) : (said_ ?? seen!);
      return { vector, attributes: {}, truncated: false };
    },
    close: async () => {},
  };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-fusion-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Asking {
  readonly split: string;
  readonly source: string;
  readonly picture: number;
  readonly text: string;
  readonly right: number;
}

async function report(encoder: Encoder, pictures: readonly number[], asking: readonly Asking[]): Promise<string> {
  const photo = (byte: number) => ({
    id: `p${byte}`,
    product_id: `p${byte}`,
    file: `${byte}.jpg`,
    label: '',
    category_path: [],
    title: '',
    attributes: {},
    role: asking.some(({ picture }) => picture === byte) ? 'query' : 'catalogue',
  });
  const all = [...new Set([...pictures, ...asking.map(({ picture }) => picture)])];
  const tasks = asking.map(({ split, source, picture, text, right }) => ({
    task: 'composed',
    source,
    split,
    query_image: `p${picture}`,
    query_text: text,
    relevant: { [`p${right}`]: 2 },
  }));
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await writeFile(join(folder, 'photos.jsonl'), lines(all.map(photo)));
  await writeFile(join(folder, 'tasks.jsonl'), lines(tasks));
  for (const byte of all) await writeFile(join(folder, `${byte}.jpg`), Uint8Array.of(byte));
  const decoded = { id: '', format: 'jpeg', width: 1, height: 1, whole: true };
  const decoder = { decode: async (rgb: Uint8Array) => ({ ...decoded, picture: { rgb } }) };
  const sets = { train: (await photoSet(folder, 'train'))!, eval: (await photoSet(folder, 'eval'))! };
  const stages = { decoder, renderer: {}, encoder } as unknown as RetrievalStages;
  const { signal } = new AbortController();
  const floors = await floorsOf(folder);
  return photoEvaluation(sets, stages, { floors, count: undefined, signal, tell: () => {} });
}

/** Each plane is asked by one query of each split; the first two are a source's, the third another's. */
const planes = (train: number, held: number, shift = 0): Asking[] =>
  PLANES.flatMap((plane) =>
    [
      { split: 'train', step: train },
      { split: 'eval', step: held },
    ].map(({ split, step }) => ({
      split,
      source: plane < 2 ? 'a' : 'b',
      picture: byteOf(plane, ASKS),
      text: `plane ${plane}`,
      right: byteOf((plane + shift) % PLANES.length, step),
    })),
  );
const PRODUCTS = PLANES.flatMap((plane) => Array.from({ length: STEPS }, (_, step) => byteOf(plane, step)));
const onPlanes = (made: Towers, [train, held]: readonly [number, number] = [6, 6], shift = 0) =>
  report(towers(made), PRODUCTS, planes(train, held, shift));

/** Cells of the row that begins with these, of the table of products by their pictures alone. */
function row(text: string, ...first: readonly string[]): string[] {
  const found = text.split('\n').find((line) => line.startsWith(`| ${first.join(' | ')} |`));
  return found!.slice(2, -2).split(' | ');
}

describe('a model that fuses', () => {
  test('the weight that is best by construction is found, with the figures of all', async () => {
    const text = await onPlanes({});
    expect(text).toContain('**Best on train: 0.6 [0.6, 0.6]; model.json says 0.5.**');
    expect(text).toContain('3 queries of both in the train split');
    expect(row(text, '0.6').slice(1, 3)).toEqual(['1.000 [1.000, 1.000]', '1.000 [1.000, 1.000]']);
    const others = Array.from({ length: STEPS }, (_, tenth) => tenth).filter((tenth) => tenth !== 6);
    for (const tenth of others) expect(row(text, String(tenth / 10))[2]).toBe('0.000 [0.000, 0.000]');
    expect(text).toContain("the best weight of train is better than model.json's");
    const first = (name: string) => row(text, 'mean over tasks', name)[4];
    expect(first('as model.json says, 0.5')).toBe('0.000 [0.000, 0.000]');
    expect(first('sum, 0.6')).toBe('1.000 [1.000, 1.000]');
    expect(first('change by the sum')).toBe('+1.000 [+1.000, +1.000]');
    expect(row(text, 'composed, b', 'sum, 0.6').slice(2, 5)).toEqual(['1', '1', '1.000']);
  });

  test('it is chosen on train and reported on eval', async () => {
    const text = await onPlanes({}, [6, 3]);
    expect(text).toContain('**Best on train: 0.6 ');
    expect(row(text, 'mean over tasks', 'sum, 0.6')[4]).toBe('0.000 [0.000, 0.000]');
    expect(text).toContain("model.json's is better than the best weight of train");
  });

  test('a task of one query counts as much as one of two, in every draw', async () => {
    const asking = planes(6, 6).map((one) => (one.source === 'b' ? { ...one, right: byteOf(2, 2) } : one));
    const text = await report(towers({}), PRODUCTS, asking);
    expect(row(text, '0.6')[2]).toBe('0.500 [0.500, 0.500]');
    expect(row(text, '0.2')[2]).toBe('0.500 [0.500, 0.500]');
  });

  test('a text that is noise: the picture alone is best', async () => {
    // What is right lies on an axis, and others close around it in every direction.
    const near = Array.from({ length: 2 * DIMENSIONS }, (_, at) => at + 1).filter((at) => (at - 1) % DIMENSIONS !== 1);
    const encoder = towers({
      text: (text) => vectorOf(text),
      picture: (byte) => {
        const beside = axis((byte - 1) % DIMENSIONS, byte > DIMENSIONS ? -0.02 : 0.02);
        return byte === 0 || byte === 99 ? axis(1) : fuse(beside, axis(1), 0.5);
      },
    });
    const asking = ['train', 'eval'].flatMap((split) =>
      Array.from({ length: 12 }, (_, at) => ({
        split,
        source: 'a',
        picture: 99,
        text: `${split} ${at}`,
        right: 0,
      })),
    );
    const text = await report(encoder, [0, ...near], asking);
    expect(text).toContain('**Best on train: 1; model.json says 0.5.**');
    expect(row(text, '1')[1]).toBe('1.000');
  });

  test.each<[string, Towers, string]>([
    ['the manifest has it already', { info: { pictureWeight: 0.6 } }, '; model.json says the same.**'],
    ['nothing is known of the manifest', { info: { pictureWeight: undefined! } }, '**Best on train: 0.6 [0.6, 0.6].**'],
    [
      'raw vectors are added up',
      {
        joint: (text, picture) =>
          fuse(
            text.map((v) => 3 * v),
            picture,
            0.5,
          ),
      },
      '`of: raw`',
    ],
  ])('%s', async (_name, made, says) => {
    expect(await onPlanes(made)).toContain(says);
  });

  test('no warning where it does what its manifest says', async () => {
    expect(await onPlanes({})).not.toContain('of: raw');
  });
});

/** The picture of the next plane, which no sum of a query's own two vectors comes near. */
const next = (picture: Vector) => picture.map((_, at) => (at < 6 ? picture[(at + 4) % 6]! : 0));

test.each<[string, NonNullable<Towers['joint']>, [step: number, shift: number], string]>([
  ['helps', (_text, picture) => next(picture), [10, 1], "the model's joint is better than the best sum"],
  ['harms', (text) => text, [6, 0], "the best sum is better than the model's joint"],
  ['is a sum', (text, picture) => fuse(text, picture, 0.4), [4, 0], 'no difference can be told between the best sum'],
])('a joint vector that %s', async (_name, joint, [step, shift], says) => {
  const text = await onPlanes({ info: { joint: 'NATIVE' }, joint }, [step, step], shift);
  expect(text).toContain("## The model's joint vector beside sums of two");
  expect(text).toContain(says);
  expect(text.split("## The model's joint vector")[1]).not.toContain('model.json');
});

test('without queries of both in train there is nothing to choose', async () => {
  const text = await report(
    towers({}),
    PRODUCTS,
    planes(6, 6).filter(({ split }) => split === 'eval'),
  );
  expect(text).toContain('nothing can be chosen or reported');
  expect(text).not.toContain('Best on train');
});
