/**
 * Variables are text and pictures are not: so the variables editor holds a token, `file:photo.jpg` for a picked file or `example:leopard` for one that comes with the page, and the shelf holds the file.
 * It lasts as long as the page does: a browser lets no page keep a file over a reload.
 */
export class PictureShelf {
  readonly #files = new Map<string, File>();
  readonly #examples: ReadonlyMap<string, string>;

  /** @param examples token -> URL of the picture. */
  constructor(examples: Readonly<Record<string, string>> = {}) {
    this.#examples = new Map(Object.entries(examples));
  }

  /** Two files of one name get two tokens, the same file the same one. */
  add(file: File): string {
    const dot = file.name.lastIndexOf('.');
    const [stem, extension] = dot > 0 ? [file.name.slice(0, dot), file.name.slice(dot)] : [file.name, ''];
    for (let copy = 1; ; copy++) {
      const token = `file:${stem}${copy > 1 ? ` (${copy})` : ''}${extension}`;
      const there = this.#files.get(token);
      if (there && (there.size !== file.size || there.lastModified !== file.lastModified)) continue;
      this.#files.set(token, file);
      return token;
    }
  }

  picked(token: string): File | undefined {
    return this.#files.get(token);
  }

  exampleUrl(token: string): string | undefined {
    return this.#examples.get(token);
  }

  /** @throws Error when the token's file is not on the shelf (any more). */
  async load(token: string, signal?: AbortSignal): Promise<File> {
    const file = this.#files.get(token);
    if (file) return file;
    const url = this.#examples.get(token);
    if (!url) {
      const known = [...this.#examples.keys()].join(', ');
      throw new Error(
        token.startsWith('example:')
          ? `There is no picture ${token}: the examples are ${known || 'none'}.`
          : `${token.slice('file:'.length)} is no longer attached: a page cannot keep a file over a reload. Attach it again.`,
      );
    }
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`${token} could not be loaded: HTTP ${response.status}.`);
    const bytes = await response.blob();
    return new File([bytes], `${token.slice('example:'.length)}.jpg`, { type: bytes.type });
  }
}

export const isPictureToken = (value: unknown): value is string =>
  typeof value === 'string' && /^(file|example):./.test(value);
