import { createHash } from 'node:crypto';
import type { JointManifest, Manifest, TwoTowerManifest } from './manifest.ts';

/** Everything that changes a vector, and nothing else: two encoders of one fingerprint may share a store. Lower-case hex. */
export function fingerprint(manifest: Manifest): string {
  const { mode, precision, dimensions, normalize, tokenizer, picture } = manifest;
  const hashes = ({ sha256, data }: { sha256: string; data: { sha256: string }[] }) => [
    sha256,
    ...data.map((file) => file.sha256),
  ];
  // Written out by hand, in this order: the fingerprint must not depend on the order of keys in model.json.
  const covered = [
    [mode, precision, dimensions, normalize],
    [tokenizer.sha256, tokenizer.maxTokens, tokenizer.padId],
    [picture.size, picture.resize, picture.crop, picture.kernel, picture.method, ...picture.mean, ...picture.std],
    hashes(manifest.graphs.vision),
    ...own(manifest, hashes),
  ];
  return createHash('sha256').update(JSON.stringify(covered)).digest('hex');
}

function own(
  manifest: Manifest,
  hashes: (graph: TwoTowerManifest['graphs']['text'] | JointManifest['graphs']['encode']) => string[],
): unknown[] {
  switch (manifest.mode) {
    case 'joint': {
      const { graphs, tokenizer, positions, pooling } = manifest;
      return [
        hashes(graphs.encode),
        tokenizer.maxTokensWithPicture ?? tokenizer.maxTokens,
        positions.cls,
        positions.text,
        pooling,
      ];
    }
    case 'two-tower': {
      const { graphs, tokenizer, fusion } = manifest;
      const { vision, text } = graphs;
      return [
        hashes(text),
        tokenizer.padding,
        vision.input,
        vision.output,
        text.input,
        text.output,
        text.mask ?? null,
        fusion.of,
      ];
    }
  }
}
