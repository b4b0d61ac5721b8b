import { join } from 'node:path';
import type { Manifest } from './manifest.ts';
import type { SessionModel } from './onnx-session.ts';

/** What the worker needs of a manifest. @param folder an absolute path. */
export function sessionModel(
  folder: string,
  manifest: Manifest,
  { threads, state }: { threads: number; state: boolean },
): SessionModel {
  const { dimensions, picture, tokenizer } = manifest;
  const shared = {
    threads,
    state,
    alone: manifest.precision === 'int8',
    dimensions,
    padId: tokenizer.padId,
    scale: { size: picture.size, mean: picture.mean, std: picture.std },
  };
  switch (manifest.mode) {
    case 'joint': {
      const { graphs, positions, attributes } = manifest;
      return {
        ...shared,
        mode: 'joint',
        graphs: { vision: join(folder, graphs.vision.file), encode: join(folder, graphs.encode.file) },
        positions,
        picture: { tokens: manifest.picture.tokens, width: manifest.picture.width },
        heads: Object.fromEntries(Object.entries(attributes).map(([head, { labels }]) => [head, labels.length])),
      };
    }
    case 'two-tower': {
      const { graphs, tokenizer: words } = manifest;
      const { vision, text } = graphs;
      return {
        ...shared,
        mode: 'two-tower',
        graphs: {
          vision: { path: join(folder, vision.file), input: vision.input, output: vision.output },
          text: { path: join(folder, text.file), input: text.input, output: text.output, mask: text.mask },
        },
        padTo: words.padding === 'max' ? words.maxTokens : undefined,
      };
    }
  }
}
