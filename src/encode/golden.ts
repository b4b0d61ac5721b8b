import type { Golden, Manifest } from './manifest.ts';
import { unfit } from './model-folder.ts';
import type { OnnxEncoder } from './onnx-encoder.ts';

/**
 * Computes every golden case, one at a time, through the path that serves.
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
    const encoded = await encoder.encode({ text: text ?? undefined, pixels: picture }, { signal });
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
