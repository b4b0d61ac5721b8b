import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiskMedia } from '../../src/catalog/disk-media.ts';
import type { StoredImage } from '../../src/catalog/product.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { type Door, type GraphQLAnswer, openDoor } from '../door.ts';
import { drawnPicture } from '../pictures.ts';
import { LlamaServer } from './llama-server.ts';

const PROGRAM = process.env.LLAMA_SERVER ?? '';
const absent = PROGRAM ? '' : ' (skipped: LLAMA_SERVER names no llama-server binary)';

const REPORT = 'rerank { status fallback repairs calls cached promptTokens completionTokens model }';
const search = (selection: string) => `query ($text: String, $image: Upload) {
  search(text: $text, image: $image) { hits { product { id } } reranked { position product { id } } ${selection} ${REPORT} }
}`;
const ORDER = search('');
const WHOLE = search('reranked { reason } rationale queryCaption');

const colorOf = (place: number) => `hsl(${(place * 37) % 360}, 70%, 50%)`;
const idsOf = (found: { product: { id: string } }[]) => found.map(({ product }) => product.id);

/** What every search must give, whatever the model says. @returns its report */
function delivered({ data, errors }: GraphQLAnswer) {
  expect(errors).toBeUndefined();
  const { hits, reranked, rerank } = data.search;
  expect(hits).toHaveLength(9);
  expect(idsOf(reranked).toSorted()).toEqual(idsOf(hits).toSorted());
  expect(reranked.map(({ position }: { position: number }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  if (rerank.status === 'FELL_BACK' || rerank.status === 'REJECTED') expect(idsOf(reranked)).toEqual(idsOf(hits));
  return rerank;
}

describe.skipIf(!PROGRAM)(`a real llama.cpp server${absent}`, () => {
  const renderer = new SharpRenderer();
  const images: StoredImage[] = [];
  let folder: string;
  let server: LlamaServer;
  const servers: LlamaServer[] = [];
  /** Ended by us, not by the test: one that runs out of time does not come to its end. */
  const start = async (layers?: number): Promise<LlamaServer> => {
    const started = await LlamaServer.start(PROGRAM, layers);
    servers.push(started);
    return started;
  };
  const openMedia = () => new DiskMedia({ folder, renderer });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'margay-llama-pictures-'));
    server = await start();
    const media = openMedia();
    const decoder = new SharpDecoder();
    for (let place = 0; place < 10; place++) {
      const file = await drawnPicture(colorOf(place), { width: 400, height: 300 });
      images.push(await media.put(await decoder.decode(file, { signal: AbortSignal.timeout(10_000) })));
    }
    await decoder.close();
  });
  afterAll(async () => {
    for (const started of servers) await started[Symbol.asyncDispose]();
    await renderer.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The gateway in front of products with real pictures, whose model is `asked`. */
  async function openGateway(asked: LlamaServer, settings: Record<string, string> = {}): Promise<Door> {
    const all = { RERANK_URL: asked.url, RERANK_MODEL: 'tiny', RERANK_TIMEOUT_MS: '60000', ...settings };
    const door = await openDoor(all, { media: openMedia() });
    const { stored: rows } = door.stores.store;
    const shown = rows.map((row, place) => ({ ...row, image: images[place % images.length]! }));
    rows.splice(0, rows.length, ...shown);
    return door;
  }

  describe.each([
    ['a caption first', {}, 'REPAIRED'],
    ['all in one answer', { RERANK_FLOW: 'single' }, 'REPAIRED'],
    ['two votes', { RERANK_VOTES: '2' }, 'REJECTED'],
  ])('ten queries, %s', (name, settings, usual) => {
    let door: Door;
    const answers: { answer: GraphQLAnswer; query: string; text: string; photo: Uint8Array }[] = [];
    beforeAll(async () => {
      door = await openGateway(server, settings);
      for (let place = 0; place < 10; place++) {
        const query = place % 2 === 0 ? ORDER : WHOLE;
        const text = `phone case with this, number ${place}`;
        const photo = await drawnPicture(colorOf(place + 20), { width: 320, height: 240 });
        answers.push({ answer: await door.upload(query, photo, { text }), query, text, photo });
      }
    }, 120_000);
    afterAll(() => door?.[Symbol.asyncDispose]());

    test('a whole permutation each time, and what it took', () => {
      const reports = answers.map(({ answer }) => delivered(answer));
      const told = reports.map(({ status, fallback, repairs }) =>
        [status, fallback, ...repairs].filter(Boolean).join(' '),
      );
      console.info(name, told);
      for (const { status, fallback, calls, promptTokens, completionTokens, model, cached } of reports) {
        expect(fallback ?? status).toMatch(/^(APPLIED|REPAIRED|REJECTED|UNUSABLE_ANSWER)$/);
        // A picture is 256 tokens, a letter one.
        expect(promptTokens).toBeGreaterThan(256);
        expect(completionTokens).toBeGreaterThan(0);
        expect({ called: calls > 0, model, cached }).toEqual({ called: true, model: 'tiny', cached: false });
      }
      // The grammar holds it to whole numbers, and nothing to different ones.
      expect(reports.map(({ status }) => status)).toContain(usual);
      const moved = answers.filter(
        ({ answer: { data } }) => `${idsOf(data.search.reranked)}` !== `${idsOf(data.search.hits)}`,
      );
      expect(moved.length > 0).toBe(usual === 'REPAIRED');
      expect(door.reported).toEqual([]);
    });

    test('asked again, a usable answer costs nothing', async () => {
      const usable = answers.find(({ answer }) => answer.data.search.rerank.status !== 'FELL_BACK')!;
      const again = await door.upload(usable.query, usable.photo, { text: usable.text });
      const { status } = usable.answer.data.search.rerank;
      const spent = { calls: 0, cached: true, promptTokens: 0, completionTokens: 0 };
      expect(delivered(again)).toMatchObject({ status, ...spent });
      expect(again.data.search.reranked).toEqual(usable.answer.data.search.reranked);
    });
  });

  test('a server that stops answering is a TIMEOUT, and is asked again when it goes on', async () => {
    await using door = await openGateway(server, { RERANK_TIMEOUT_MS: '2000' });
    const photo = await drawnPicture('#336699');
    const ask = async () => delivered(await door.upload(ORDER, photo, { text: 'stopped' }));
    server.signal('SIGSTOP');
    try {
      expect(await ask()).toMatchObject({ status: 'FELL_BACK', fallback: 'TIMEOUT', model: 'tiny' });
    } finally {
      server.signal('SIGCONT');
    }
    await expect.poll(async () => (await ask()).fallback, { timeout: 20_000 }).not.toBe('TIMEOUT');
  });

  test('a server that is killed while it is asked is UNAVAILABLE', async () => {
    const mortal = await start();
    await using door = await openGateway(mortal);
    // Stopped, so that the request is under way when the end comes.
    mortal.signal('SIGSTOP');
    const asked = door.upload(ORDER, await drawnPicture('#993366'), { text: 'killed' });
    await sleep(500);
    await mortal.kill();
    expect(delivered(await asked)).toMatchObject({ status: 'FELL_BACK', fallback: 'UNAVAILABLE', model: 'tiny' });
    const later = delivered(await door.upload(ORDER, await drawnPicture('#663399'), { text: 'gone' }));
    expect(later).toMatchObject({ status: 'FELL_BACK', fallback: 'UNAVAILABLE' });
  });

  test('a client that goes away sets the model free', async () => {
    // Deep enough to be at work for seconds: the server looks once a second whether its client is still there.
    const deep = await start(128);
    await using door = await openGateway(deep);
    const leaving = new AbortController();
    const body = { query: WHOLE, variables: { text: 'phone case' } };
    const asked = door.post(body, {}, leaving.signal);
    await expect.poll(() => deep.isBusy(), { timeout: 10_000, interval: 20 }).toBe(true);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => deep.log, { timeout: 10_000 }).toContain('cancel task');
    await expect.poll(() => deep.isBusy(), { timeout: 10_000 }).toBe(false);
  });
});
