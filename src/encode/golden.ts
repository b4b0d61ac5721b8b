import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelPixels } from './encoder.ts';
import type { Golden, Manifest } from './manifest.ts';
import { unfit } from './model-folder.ts';
import type { OnnxEncoder } from './onnx-encoder.ts';

/**
 * Computes every golden case, one at a time, through the path that serves, as it is indexed: a picture's weight in queries may be changed in model.json.
 * @throws MargayError ENCODER_UNAVAILABLE when a vector differs by more than the tolerance in any dimension, or a text is cut into other tokens.
 */
export async function checkGolden(
  encoder: OnnxEncoder,
  manifest: Manifest,
  { tolerance, cases }: Golden,
  signal: AbortSignal,
): Promise<void> {
  for (const { name, text, ids, pixels, vector } of cases) {
    if (ids) {
      const found = encoder.tokenize(text ?? '', pixels != null).ids;
      if (found.join() !== ids.join()) {
        throw unfit(
          manifest.name,
          manifest.tokenizer.file,
          `cuts "${name}" of golden.json into other tokens than it should`,
        );
      }
    }
    const picture = pixels == null ? undefined : { size: manifest.picture.size, rgb: Buffer.from(pixels, 'base64') };
    const encoded = await encoder.encode({ text: text ?? undefined, pixels: picture }, { signal, priority: 'index' });
    const error = encoded.vector.reduce((most, value, index) => Math.max(most, Math.abs(value - vector[index]!)), 0);
    // Not `error > tolerance`: a NaN must fail.
    if (!(error <= tolerance)) {
      const off = `gives vectors that golden.json does not expect ("${name}" is off by ${error.toExponential(1)}, allowed ${tolerance})`;
      throw unfit(manifest.name, lastGraph(manifest, pixels != null), off);
    }
  }
}

/** The graph whose output the vector is. */
function lastGraph(manifest: Manifest, hasPicture: boolean): string {
  if (manifest.mode === 'joint') return manifest.graphs.encode.file;
  return (hasPicture ? manifest.graphs.vision : manifest.graphs.text).file;
}

/** Longest text that is tried at a start, in tokens: a whole one takes minutes where a model reads thousands. */
const TRIED = 512;

/**
 * Has texts as long as the manifest allows computed, alone and (joint models) beside a picture.
 * @throws MargayError ENCODER_UNAVAILABLE where the graph does not take so many tokens: long queries would fail, and short ones not.
 */
export async function checkLengths(encoder: OnnxEncoder, manifest: Manifest, signal: AbortSignal): Promise<void> {
  for (const pixels of manifest.mode === 'joint' ? [undefined, waves(manifest.picture.size, 1)] : [undefined]) {
    const ids = encoder.tokenize('a '.repeat(TRIED), pixels !== undefined).ids.slice(0, TRIED);
    await encoder.encodeRaw({ ids, pixels }, { signal, priority: 'index' }).catch((cause: unknown) => {
      signal.throwIfAborted();
      const where = pixels ? ' beside a picture' : '';
      throw unfit(
        manifest.name,
        'model.json',
        `allows texts of ${ids.length} tokens${where}, which the graph does not take`,
        cause,
      );
    });
  }
}

const TEXTS = ['phone case with this', 'Do you have a STRIPED umbrella, please?'];
/** Another number of threads adds up in another order; 8 bits round on top of it. */
const TOLERANCE = { fp32: 1e-4, int8: 1e-3 };

/**
 * Has the golden vectors of a folder computed that came without any, and writes golden.json. They can't tell whether the model is right; they tell, at
 * every start from then on, that it still gives what it gave when it came.
 */
export async function makeGolden(
  folder: string,
  encoder: OnnxEncoder,
  { picture, precision }: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const inputs: { name: string; text?: string; pixels?: ModelPixels }[] = [
    ...TEXTS.map((text) => ({ name: `text: ${text}`, text })),
    { name: 'picture', pixels: waves(picture.size, 1) },
    { name: `both: ${TEXTS[0]}`, text: TEXTS[0]!, pixels: waves(picture.size, 2) },
  ];
  const cases: Golden['cases'] = [];
  for (const { name, text, pixels } of inputs) {
    const { ids } = encoder.tokenize(text ?? '', pixels !== undefined);
    const { vector } = await encoder.encode({ text, pixels }, { signal, priority: 'index' });
    cases.push({
      name,
      ...(text !== undefined && { text }),
      ids: [...ids],
      ...(pixels && { pixels: Buffer.from(pixels.rgb).toString('base64') }),
      vector: [...vector],
    });
  }
  const golden = { made: 'on this machine, when the model came', tolerance: TOLERANCE[precision], cases };
  await writeFile(join(folder, 'golden.json'), `${JSON.stringify(golden)}\n`);
}

/** Smooth, colorful and not flat: another channel order, mean or crop would give another vector. */
function waves(size: number, seed: number): ModelPixels {
  const rgb = new Uint8Array(size * size * 3);
  for (let index = 0; index < rgb.length; index++) {
    const [x, y, channel] = [Math.floor(index / 3) % size, Math.floor(index / 3 / size), index % 3];
    rgb[index] = 127.5 + 127 * Math.sin((x * (seed + channel)) / 17 + (y * (4 - channel)) / 11 + seed);
  }
  return { size, rgb };
}
