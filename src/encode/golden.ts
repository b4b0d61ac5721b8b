import type { Encoder } from './encoder.ts';
import { type Golden, type Manifest, unfit } from './manifest.ts';
import { normalizeText, type Tokenizer } from './tokenizer.ts';

/**
 * Computes every golden case, one at a time, through the path that serves.
 * @throws MargayError ENCODER_UNAVAILABLE when a vector differs by more than the tolerance in any dimension, or a text is cut into other tokens.
 */
export async function checkGolden(
  encoder: Encoder,
  tokenizer: Tokenizer,
  manifest: Manifest,
  { tolerance, cases }: Golden,
  signal: AbortSignal,
): Promise<void> {
  for (const { name, text, ids, pixels, vector } of cases) {
    if (ids) {
      const found = tokenizer.encode(normalizeText(text ?? '')).ids;
      if (found.join() !== ids.join()) {
        throw unfit(
          manifest.name,
          manifest.tokenizer.file,
          `cuts "${name}" of golden.json into other tokens than it should`,
        );
      }
    }
    const picture = pixels == null ? undefined : { size: manifest.picture.size, rgb: Buffer.from(pixels, 'base64') };
    const encoded = await encoder.encode({ text: text ?? undefined, pixels: picture }, { signal });
    const error = encoded.vector.reduce((most, value, index) => Math.max(most, Math.abs(value - vector[index]!)), 0);
    // Not `error > tolerance`: a NaN must fail.
    if (!(error <= tolerance)) {
      const off = `gives vectors that golden.json does not expect ("${name}" is off by ${error.toExponential(1)}, allowed ${tolerance})`;
      throw unfit(manifest.name, manifest.graphs.encode.file, off);
    }
  }
}
