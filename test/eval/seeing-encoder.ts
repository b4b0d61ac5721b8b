import type { Encoder, EncoderInput } from '../../src/encode/encoder.ts';
import type { RetrievalStages } from '../../src/eval/retrieval.ts';
import { FakeEncoder } from '../fakes.ts';

/** What the heads find likeliest; a head that is not named says nothing. */
export type Seen = Readonly<Partial<Record<'kind' | 'print' | 'color', string>>>;

/** An encoder that makes something of every letter of a picture, and has heads where it is said what they see. */
export class SeeingEncoder extends FakeEncoder {
  readonly #see: (picture: string) => Seen;

  /** @param see what is seen in a picture, by the text that its bytes are. */
  constructor(see?: (picture: string) => Seen) {
    super();
    this.#see = see ?? (() => ({}));
    if (see) Object.assign(this.info, { attributes: ['kind', 'print', 'color'] });
  }

  override async prepare({ rgb }: { rgb: Uint8Array }) {
    return { size: 1, rgb };
  }

  /** Sure of nothing: floors are for what is likeliest, sure or not. */
  override async encode(input: EncoderInput, options: Parameters<Encoder['encode']>[1]) {
    const encoded = await super.encode(input, options);
    const seen = input.pixels ? this.#see(Buffer.from(input.pixels.rgb).toString()) : {};
    const unsure = (value: string) => ({ value, probability: 0.1, confident: false });
    const attributes = Object.fromEntries(Object.entries(seen).map(([head, value]) => [head, unsure(value)]));
    return { ...encoded, attributes };
  }
}

/** Around an encoder: a picture is its bytes, and a drawing its own text. */
export const stagesOf = (encoder: Encoder) =>
  ({
    renderer: {
      draw: async (svg: string) => Buffer.from(svg),
      read: async (rgb: Uint8Array) => ({ width: Math.floor(rgb.length / 3), height: 1, rgb }),
      write: async ({ rgb }: { rgb: Uint8Array }) => rgb,
      compose: async (parts: readonly { source: { rgb: Uint8Array } }[]) => parts[1]!.source.rgb,
    },
    decoder: { decode: async (rgb: Uint8Array) => ({ id: '', picture: { rgb }, whole: true }) },
    encoder,
  }) as unknown as RetrievalStages;
