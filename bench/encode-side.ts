// One side of npm run bench:encode in a process of its own: `ours` is the encoder that serves, `bare` the same graphs called by hand, one at a time in one thread.
//   forked with: ours | bare, the model folder
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import type { JointManifest } from '../src/encode/manifest.ts';
import { readManifest } from '../src/encode/model-folder.ts';
import { OnnxEncoder } from '../src/encode/onnx-encoder.ts';
import { SharpDecoder } from '../src/image/sharp-decoder.ts';
import { answer } from './asked.ts';

export type SideQuestions = {
  /** Embeds picture files, or texts; answers what it took in milliseconds and the vectors. */
  pictures: { ask: readonly string[]; answer: Taken };
  texts: { ask: readonly string[]; answer: Taken };
  /** Resident bytes of the process that holds the model. */
  memory: { ask: null; answer: number };
};
export interface Taken {
  readonly ms: number;
  readonly vectors: readonly Float32Array[];
}

const [, , side, folder] = process.argv as [string, string, 'ours' | 'bare', string];
const { run, close, memory } = side === 'ours' ? await ours() : await bare();

async function timed(items: readonly string[], kind: 'pictures' | 'texts'): Promise<Taken> {
  const started = performance.now();
  const vectors = await run[kind](items);
  return { ms: performance.now() - started, vectors };
}

answer<SideQuestions>(
  {
    pictures: (files) => timed(files, 'pictures'),
    texts: (texts) => timed(texts, 'texts'),
    memory: async () => memory(),
  },
  close,
);

interface Side {
  readonly run: Record<'pictures' | 'texts', (items: readonly string[]) => Promise<Float32Array[]>>;
  memory(): number;
  close(): Promise<void>;
}

/** As an import does it: everything at once, the queue sorts it out. */
async function ours(): Promise<Side> {
  const { signal } = new AbortController();
  const decoder = new SharpDecoder();
  // Caches would answer what was asked in an earlier round.
  const encoder = await OnnxEncoder.load(folder, { decoder, cacheBytes: { tokens: 1, texts: 1 } });
  const see = async (file: string) => {
    const { picture } = await decoder.decode(await readFile(file), { signal, needs: encoder.info.needs });
    const pixels = await encoder.prepare(picture, { signal });
    return (await encoder.encode({ pixels }, { signal, priority: 'index' })).vector;
  };
  const read = async (text: string) => (await encoder.encode({ text }, { signal, priority: 'index' })).vector;
  return {
    run: {
      pictures: (files) => Promise.all(files.map(see)),
      texts: (texts) => Promise.all(texts.map(read)),
    },
    memory: () => encoder.memory,
    async close() {
      await encoder.close();
      await decoder.close();
    },
  };
}

/** What one would write by hand: no process of its own, no queue, no batches, no checks. */
async function bare(): Promise<Side> {
  const manifest = await readManifest(folder, 'bare');
  const { graphs, tokenizer: words, picture, positions } = manifest as JointManifest;
  const pieces = new Tokenizer(JSON.parse(await readFile(join(folder, words.file), 'utf8')), {});
  const options: InferenceSession.SessionOptions = { extra: { session: { intra_op: { allow_spinning: '0' } } } };
  const vision = await InferenceSession.create(join(folder, graphs.vision.file), options);
  const encode = await InferenceSession.create(join(folder, graphs.encode.file), options);
  const { size, mean, std } = picture;
  const see = async (file: string) => {
    const rgb = await sharp(await readFile(file))
      .resize(size, size, { fit: 'cover', kernel: 'cubic' })
      .removeAlpha()
      .raw()
      .toBuffer();
    const plane = size * size;
    const pixels = Float32Array.from({ length: 3 * plane }, (_, index) => {
      const channel = Math.floor(index / plane);
      return (rgb[(index % plane) * 3 + channel]! / 255 - mean[channel]!) / std[channel]!;
    });
    const { tokens } = await vision.run({ pixels: new Tensor('float32', pixels, [1, 3, size, size]) });
    return encodeOne(tokens!.data as Float32Array, '');
  };
  const encodeOne = async (tokens: Float32Array, text: string) => {
    const { ids } = pieces.encode(text);
    const visible = tokens.length / picture.width;
    const second = visible > 0 ? visible + 1 : positions.text;
    const row = (values: number[]) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const { embedding } = await encode.run(
      {
        tokens: new Tensor('float32', tokens, [1, visible, picture.width]),
        ids: row(ids),
        positions: row(
          ids.map((_: number, place: number) => (place === 0 ? (visible > 0 ? 0 : positions.cls) : second + place - 1)),
        ),
        mask: row(ids.map(() => 1)),
      },
      ['embedding'],
    );
    return embedding!.data as Float32Array;
  };
  const inTurn = async (items: readonly string[], work: (item: string) => Promise<Float32Array>) => {
    const vectors: Float32Array[] = [];
    for (const item of items) vectors.push(await work(item));
    return vectors;
  };
  return {
    run: {
      pictures: (files) => inTurn(files, see),
      texts: (texts) => inTurn(texts, (text) => encodeOne(new Float32Array(), text)),
    },
    memory: () => process.memoryUsage.rss(),
    close: async () => {},
  };
}
