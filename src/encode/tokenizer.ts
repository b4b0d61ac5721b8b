import { readFile } from 'node:fs/promises';
import { Tokenizer as Pieces } from '@huggingface/tokenizers';

export interface Tokens {
  /** The text in its frame ([CLS] ... [SEP], or an end alone), within the limit, without padding. */
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
  readonly #end: number;

  constructor(pieces: Pieces) {
    const frame = pieces.encode('').ids;
    if (frame.length !== 1 && frame.length !== 2)
      throw new Error(`Expected one or two tokens around the empty text but got ${frame.length}.`);
    this.#pieces = pieces;
    this.#end = frame.at(-1)!;
  }

  /** @throws Error when the file is not a tokenizer of the Hugging Face format that frames a text by a start and an end, or by an end. */
  static async load(file: string): Promise<Tokenizer> {
    return new Tokenizer(new Pieces(JSON.parse(await readFile(file, 'utf8')), {}));
  }

  /** The empty text gives its frame. What is longer than `maxTokens` loses its end, never the frame's. */
  encode(text: string, maxTokens: number): Tokens {
    const reach = Math.max(MIN_CHARACTERS, maxTokens * CHARACTERS_PER_TOKEN);
    const { ids } = this.#pieces.encode(text.length > reach ? text.slice(0, reach).toWellFormed() : text);
    if (ids.length <= maxTokens) return { ids, truncated: text.length > reach };
    return { ids: [...ids.slice(0, maxTokens - 1), this.#end], truncated: true };
  }
}
