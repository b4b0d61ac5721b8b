import { readFile } from 'node:fs/promises';
import { Tokenizer as Pieces } from '@huggingface/tokenizers';

export interface Tokens {
  /** [CLS] ... [SEP], at most `maxTokens`, without padding. */
  readonly ids: readonly number[];
  readonly truncated: boolean;
}

/** The one spelling of a text that is embedded, cached and compared: well-formed NFC, trimmed. */
export function normalizeText(text: string | undefined): string {
  return (text ?? '').toWellFormed().normalize('NFC').trim();
}

/** Cutting into pieces takes time in proportion to the text, on the main thread: a novel is cut before it, far past the model's reach. */
const MIN_CHARACTERS = 10_000;
const CHARACTERS_PER_TOKEN = 64;

export class Tokenizer {
  readonly #pieces: Pieces;
  readonly #maxTokens: number;
  readonly #end: number;

  constructor(pieces: Pieces, maxTokens: number) {
    const frame = pieces.encode('').ids;
    if (frame.length !== 2)
      throw new Error(`Expected [CLS] and [SEP] around the empty text but got ${frame.length} tokens.`);
    this.#pieces = pieces;
    this.#maxTokens = maxTokens;
    this.#end = frame[1]!;
  }

  /** @throws Error when the file is not a tokenizer of the Hugging Face format that frames a text by [CLS] and [SEP]. */
  static async load(file: string, maxTokens: number): Promise<Tokenizer> {
    return new Tokenizer(new Pieces(JSON.parse(await readFile(file, 'utf8')), {}), maxTokens);
  }

  /** The empty text gives [CLS] [SEP]. What is longer than the model reads loses its end, never [SEP]. */
  encode(text: string): Tokens {
    const reach = Math.max(MIN_CHARACTERS, this.#maxTokens * CHARACTERS_PER_TOKEN);
    const { ids } = this.#pieces.encode(text.length > reach ? text.slice(0, reach).toWellFormed() : text);
    if (ids.length <= this.#maxTokens) return { ids, truncated: text.length > reach };
    return { ids: [...ids.slice(0, this.#maxTokens - 1), this.#end], truncated: true };
  }
}
