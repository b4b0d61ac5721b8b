import pLimit from 'p-limit';
import { MargayError } from '../errors.ts';
import type { Picture } from '../image/decoder.ts';
import type { Renderer } from '../image/renderer.ts';
import type { Kept } from '../policy/kept.ts';
import { agreementFor, kendallTau, rearranged } from './agreement.ts';
import { describeFault, filledUp, isUsable, readAnswer } from './answer.ts';
import { Answers, keyOf, type Vote, wider } from './answers.ts';
import { readCaption } from './caption-answer.ts';
import type { Meter } from './meter.ts';
import { again, CAPTION_PROMPT, type Prompt, rankingPrompt } from './prompt.ts';
import type { Asked, Candidate, Estimate, PassOptions, Ranking, Reranker, RerankQuery, Wanted } from './reranker.ts';
import { SheetDrawer, sheetSize } from './sheet.ts';
import { pictureTokens, textTokens } from './tokens.ts';
import type { VisionServer } from './vision-server.ts';

/** Who is asked. */
export type ModelServer = Pick<VisionServer, 'model' | 'ask'> & Partial<Pick<VisionServer, 'refuseWhileResting'>>;

export interface VisionRerankerOptions {
  readonly server: ModelServer;
  readonly renderer: Renderer;
  /** A catalog picture as a JPEG file of about 336 px. @throws MargayError NOT_FOUND */
  readonly thumbnail: (id: string, options: { signal: AbortSignal }) => Promise<Uint8Array>;
  /** `caption` asks for the caption first and ranks with it; `single` asks for all in one answer. */
  readonly flow?: 'caption' | 'single';
  /** With two the order stands only if a second one, of the tiles in other places, agrees. */
  readonly votes?: 1 | 2;
  /** Kendall's tau from which two votes agree. */
  readonly agreement?: number;
  readonly answers?: Answers;
}

/** Longest side of the picture that a caption is asked for, in pixels. */
const CAPTION_SIDE = 448;

/** Searches without a pass have to get by beside the drawing. */
const DRAWN_AT_ONCE = 2;

const NOTHING: Wanted = { caption: false, rationale: false, reasons: false };

/** Where there is nothing to order. */
const UNTOLD = { verdict: 'BELIEVED', rationale: null, reasons: new Map(), repairs: [] } as const;

/** Whether the model has to see the sheet: of one candidate only for what it says of it. */
const isOrdered = (candidates: number, { rationale, reasons }: Wanted) =>
  candidates > 1 || (candidates === 1 && (rationale || reasons));

/**
 * Listwise rerank by a vision-language model that sees all candidates on one numbered sheet beside the query picture. Its order is taken whole or not
 * at all.
 */
export class VisionReranker implements Reranker {
  readonly model: string;
  readonly looksAt = ['image', 'title', 'category'] as const;
  readonly #server: ModelServer;
  readonly #sheets: SheetDrawer;
  readonly #drawing = pLimit(DRAWN_AT_ONCE);
  readonly #answers: Answers;
  readonly #options: VisionRerankerOptions;

  constructor(options: VisionRerankerOptions) {
    this.model = options.server.model;
    this.#server = options.server;
    this.#sheets = new SheetDrawer(options.renderer);
    this.#answers = options.answers ?? new Answers();
    this.#options = options;
  }

  estimate({ text, picture, candidates, wanted }: Asked): Estimate {
    const ordered = isOrdered(candidates, wanted);
    const captions = picture && (ordered ? !this.#isSingle : wanted.caption) ? 1 : 0;
    const total = { calls: captions, promptTokens: 0, completionTokens: captions * CAPTION_PROMPT.maxTokens };
    if (captions) total.promptTokens += this.#captionTokens({ width: CAPTION_SIDE, height: CAPTION_SIDE });
    const tiles = Array.from({ length: candidates }, () => ({ title: 'x'.repeat(40), category: 'x'.repeat(12) }));
    const votes = ordered ? Math.min(this.#votes, candidates) : 0;
    for (const asked of [wanted, NOTHING].slice(0, votes)) {
      const seen = captions ? 'x'.repeat(100) : null;
      const prompt = rankingPrompt({
        ...asked,
        caption: this.#captionBeside(asked, picture),
        words: text,
        picture,
        seen,
        tiles,
      });
      total.calls++;
      total.promptTokens += this.#tokens(prompt, sheetSize(candidates, picture));
      total.completionTokens += prompt.maxTokens;
    }
    return total;
  }

  async caption(query: RerankQuery, options: PassOptions): Promise<string | null> {
    if (!query.picture) return null;
    const price = this.estimate({
      text: undefined,
      picture: true,
      candidates: 0,
      wanted: { ...NOTHING, caption: true },
    });
    return this.#caption(query.picture, options, price);
  }

  captionKept(id: string): string | null {
    return this.#answers.captions.get(keyOf(this.model, id))?.caption ?? null;
  }

  async rank(
    query: RerankQuery,
    candidates: readonly Candidate[],
    wanted: Wanted,
    { signal, meter }: PassOptions,
  ): Promise<Ranking> {
    const inOrder = candidates.map((_candidate, place) => place);
    const picture = query.picture !== undefined;
    const price = this.estimate({ text: query.text, picture, candidates: candidates.length, wanted });
    if (!isOrdered(candidates.length, wanted)) {
      const caption = wanted.caption ? await this.caption(query, { signal, meter }) : null;
      return { ...UNTOLD, caption, order: candidates.map(({ id }) => id) };
    }
    // One vote failing, the other is called off.
    const failed = new AbortController();
    const options = { signal: AbortSignal.any([signal, failed.signal]), meter };
    const asked = { ...wanted, caption: this.#captionBeside(wanted, picture) };
    const votes = [this.#vote(query, candidates, inOrder, asked, price, options)];
    // Of one there is one order.
    if (this.#votes === 2 && candidates.length > 1) {
      const seed = JSON.stringify([query.text, query.picture?.id, candidates.map(({ id }) => id)]);
      votes.push(this.#vote(query, candidates, rearranged(candidates.length, seed), NOTHING, price, options));
    }
    const [first, second] = await Promise.all(votes).catch((error: unknown) => {
      failed.abort();
      throw error;
    });
    const usable = first!.usable && second?.usable !== false;
    const agreement = usable && second ? kendallTau(first!.order, second.order) : null;
    const agreed = agreement === null || agreement >= (this.#options.agreement ?? agreementFor(candidates.length));
    const { order, rationale, reasons, caption, repairs } = first!;
    return {
      verdict: !usable ? 'UNUSABLE' : agreed ? 'BELIEVED' : 'REJECTED',
      order: order.map((place) => candidates[place]!.id),
      rationale,
      reasons: new Map([...reasons].map(([place, reason]) => [candidates[place]!.id, reason])),
      caption: wanted.caption ? caption : null,
      repairs,
      ...(agreement !== null && { agreement }),
    };
  }

  get #isSingle(): boolean {
    return this.#options.flow === 'single';
  }

  get #votes(): 1 | 2 {
    return this.#options.votes ?? 1;
  }

  /** Whether the ranking call itself is asked for a caption. */
  #captionBeside({ caption }: Wanted, picture: boolean): boolean {
    return caption && picture && this.#isSingle;
  }

  async #caption(picture: NonNullable<RerankQuery['picture']>, { signal, meter }: PassOptions, price: Estimate) {
    const { captions } = this.#answers;
    const key = keyOf(this.model, picture.id);
    this.#admit(captions, key, meter, price);
    const { caption } = await captions.make(key, { signal }, async (shared) => {
      this.#server.refuseWhileResting?.();
      const jpeg = await captionPicture(this.#options.renderer, await picture.load());
      const question = { ...CAPTION_PROMPT, picture: jpeg.file, promptTokens: this.#captionTokens(jpeg) };
      const { content, finish } = await this.#server.ask(question, { signal: shared, meter, retry: true });
      return { caption: readCaption(content, finish) };
    });
    return caption;
  }

  /** @param shown places of the candidates in the order of their tiles. */
  async #vote(
    query: RerankQuery,
    candidates: readonly Candidate[],
    shown: readonly number[],
    wanted: Wanted,
    price: Estimate,
    { signal, meter }: PassOptions,
  ): Promise<Vote> {
    const { votes } = this.#answers;
    const keys = wider(wanted).map((parts) =>
      keyOf(this.model, this.#isSingle, query.text, query.picture?.id, shown, parts, candidates.map(identity)),
    );
    const key = keys.find((one) => votes.has(one)) ?? keys[0]!;
    this.#admit(votes, key, meter, price);
    return votes.make(key, { signal }, async (shared) => {
      const options = { signal: shared, meter };
      const seen = query.picture && !this.#isSingle ? await this.#caption(query.picture, options, price) : null;
      return this.#ask(query, candidates, shown, wanted, seen, options);
    });
  }

  async #ask(
    query: RerankQuery,
    candidates: readonly Candidate[],
    shown: readonly number[],
    wanted: Wanted,
    seen: string | null,
    { signal, meter }: PassOptions,
  ): Promise<Vote> {
    this.#server.refuseWhileResting?.();
    const tiles = shown.map((place) => candidates[place]!);
    const thumbnails = await Promise.all(tiles.map(({ image }) => this.#thumbnail(image.id, signal)));
    if (thumbnails.every((file) => file === null))
      throw new MargayError('INTERNAL', 'None of the pictures to rank is kept.', {
        remedy: 'Index the catalog again: the media folder of MARGAY_DATA is lost.',
      });
    const sheet = await this.#drawing(async () => {
      signal.throwIfAborted();
      return this.#sheets.draw({ tiles: thumbnails, query: await query.picture?.load() });
    });
    const prompt = rankingPrompt({ ...wanted, words: query.text, picture: query.picture !== undefined, seen, tiles });
    const ask = async (asking: Prompt, retry: boolean) => {
      const question = { ...asking, picture: sheet.jpeg, promptTokens: this.#tokens(asking, sheet) };
      const { content, finish, retried } = await this.#server.ask(question, { signal, meter, retry });
      return { answer: readAnswer(content, finish, { ...wanted, tiles: tiles.length }), retried };
    };
    let { answer, retried } = await ask(prompt, true);
    if (!isUsable(answer, tiles.length) && !retried) {
      const fault = describeFault(answer, tiles.length);
      ({ answer } = await ask(again(prompt, fault, answer.kind === 'truncated'), false));
    }
    return {
      usable: isUsable(answer, tiles.length),
      sawAll: !thumbnails.includes(null),
      // By places, so that those not named follow in retrieval order wherever their tiles were.
      order: filledUp(
        answer.order.map((tile) => shown[tile]!),
        tiles.length,
      ),
      rationale: answer.rationale,
      reasons: new Map([...answer.reasons].map(([tile, reason]) => [shown[tile]!, reason])),
      caption: answer.caption ?? seen,
      repairs: answer.repairs,
    };
  }

  /** Null where the picture is gone: it leaves an empty tile, and its title still stands. */
  async #thumbnail(id: string, signal: AbortSignal): Promise<Uint8Array | null> {
    try {
      return await this.#options.thumbnail(id, { signal });
    } catch (error) {
      if (error instanceof MargayError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  /** What is there, or on its way for somebody else, costs nothing. */
  #admit(kept: Kept<Vote> | Answers['captions'], key: string, meter: Meter, price: Estimate): void {
    if (kept.has(key)) meter.knew();
    else meter.admit((price.promptTokens ?? 0) + (price.completionTokens ?? 0));
  }

  #tokens(prompt: Prompt, size: { width: number; height: number }): number {
    return pictureTokens(this.model, size) + textTokens(prompt.text);
  }

  #captionTokens(size: { width: number; height: number }): number {
    return this.#tokens(CAPTION_PROMPT, size);
  }
}

/** All of a candidate that the model is shown. */
const identity = ({ id, image, title, category }: Candidate) => [id, image.id, title, category];

async function captionPicture(renderer: Renderer, picture: Picture) {
  const scale = Math.min(1, CAPTION_SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const file = await renderer.write(picture, 'jpeg', { width, quality: 85 });
  return { file, width, height: Math.max(1, Math.round(picture.height * scale)) };
}
