// What one would write by hand without margay, in one process: sharp, ONNX Runtime in the same thread, a LanceDB query. No server, no
// limits, no deadlines, no batches, no caches, no content hash. sharp crops while it resizes, which is not quite the model's own
// preprocessing. The columns that come back are those of the gateway.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';
import { connect } from '@lancedb/lancedb';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { fieldColumn } from '../src/retrieve/stored-row.ts';
import { answer } from './asked.ts';
import { atOnce } from './load.ts';
import type { Asking } from './queries.ts';

const FIELDS = ['title', 'category', 'price'];

export interface Block {
  readonly queries: readonly Asking[];
  readonly concurrency: number;
}
export interface BlockResult {
  /** Of each query, in milliseconds. */
  readonly latencies: readonly number[];
  readonly seconds: number;
  /** Id of the first hit of each. */
  readonly first: readonly string[];
}
export type BareQuestions = { block: { ask: Block; answer: BlockResult } };

const folder = fileURLToPath(new URL('../models/pocket/', import.meta.url));
const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
const { size, mean, std } = model.picture;
const tokenizer = new Tokenizer(JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')), {});
// As many threads as the gateway's encoder has, and as it does without spinning.
const options = {
  intraOpNumThreads: Number(process.argv[2]),
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};
const vision = await InferenceSession.create(join(folder, model.graphs.vision.file), options);
const encode = await InferenceSession.create(join(folder, model.graphs.encode.file), options);
const table = await (await connect(join(process.env.MARGAY_DATA!, 'lance'))).openTable('demo');

async function see(file: Uint8Array): Promise<Float32Array> {
  const rgb = await sharp(file)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColorspace('srgb')
    .resize(size, size, { fit: 'cover', kernel: 'cubic' })
    .raw()
    .toBuffer();
  const plane = size * size;
  const pixels = new Float32Array(3 * plane);
  for (let index = 0; index < plane; index++)
    for (let channel = 0; channel < 3; channel++)
      pixels[channel * plane + index] = (rgb[index * 3 + channel]! / 255 - mean[channel]) / std[channel];
  const { tokens } = await vision.run({ pixels: new Tensor('float32', pixels, [1, 3, size, size]) });
  return tokens!.data as Float32Array;
}

async function embed({ text, picture }: Asking): Promise<Float32Array> {
  const tokens = picture ? await see(picture) : new Float32Array();
  const visible = picture ? model.picture.tokens : 0;
  const ids: number[] = tokenizer.encode(text ?? '').ids.slice(0, model.tokenizer.maxTokens);
  const second = picture ? visible + 1 : model.positions.text;
  const words = (values: number[]) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, ids.length]);
  const { embedding } = await encode.run({
    tokens: new Tensor('float32', tokens, [1, visible, model.picture.width]),
    ids: words(ids),
    positions: words(ids.map((_, place) => (place === 0 ? 0 : second + place - 1))),
    mask: words(ids.map(() => 1)),
  });
  return embedding!.data as Float32Array;
}

async function search(query: Asking): Promise<string> {
  const rows = await table
    .query()
    .nearestTo(await embed(query))
    .distanceType('cosine')
    .limit(9)
    .select(['product_id', ...FIELDS.map(fieldColumn), 'image', '_distance'])
    .toArray();
  const hits = rows.map((row, place) => {
    const { id: picture, width, height } = JSON.parse(row.image);
    return {
      rank: place + 1,
      score: 1 - row._distance,
      product: { id: row.product_id, ...Object.fromEntries(FIELDS.map((name) => [name, row[fieldColumn(name)]])) },
      image: { id: picture, width, height },
    };
  });
  return JSON.stringify({ hits });
}

answer<BareQuestions>(
  {
    block: async ({ queries, concurrency }) => {
      const latencies: number[] = [];
      const first: string[] = [];
      const started = performance.now();
      await atOnce(concurrency, queries, async (query, place) => {
        const asked = performance.now();
        const found = await search(query);
        latencies[place] = performance.now() - asked;
        first[place] = JSON.parse(found).hits[0].product.id;
      });
      return { latencies, seconds: (performance.now() - started) / 1000, first };
    },
  },
  async () => {},
);
