import { seedIn } from '../src/demo/seeds.ts';
import { drawSubject } from '../src/demo/subjects.ts';
import { PRINTS } from '../src/demo/vocabulary.ts';
import { SharpRenderer } from '../src/image/sharp-renderer.ts';
import { type Asking, text } from './queries.ts';

/** Drawings that were never trained on, and that no other table has. */
const SERIES = 960;
const SIZE = { width: 512, height: 512 };

let drawn = 0;

/** Query pictures and words of which none comes twice in a process, so that no cache has any. */
export class Drawings implements AsyncDisposable {
  readonly #renderer = new SharpRenderer();

  /** A JPEG of 512 x 512. */
  picture(): Promise<Uint8Array> {
    const seed = seedIn('evaluation', SERIES, ++drawn);
    return this.#renderer.draw(drawSubject({ print: PRINTS[drawn % PRINTS.length]!, seed }).svg, SIZE);
  }

  async asking(): Promise<Required<Asking>> {
    return { text: text(), picture: await this.picture() };
  }

  async [Symbol.asyncDispose]() {
    await this.#renderer.close();
  }
}
