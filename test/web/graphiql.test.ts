import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { DEMO_FIELDS, readCatalogFields } from '../../web/catalog-fields.ts';
import { EXAMPLE_PICTURE } from '../../web/example-picture.ts';
import { examplesFor } from '../../web/examples.ts';
import { BOOKS } from '../catalog/definitions.ts';
import { type Door, openDoor } from '../door.ts';
import { MemoryStores } from '../fakes.ts';
import { dataUri, indexProducts, outcomes } from '../graph/writing.ts';

const EXAMPLES = examplesFor(DEMO_FIELDS);

const CHROMIUM = '/usr/bin/chromium';
const absent = !existsSync(CHROMIUM) && !process.env.CI;
const why = absent ? ' (skipped: there is no Chromium; sh scripts/chromium.sh installs it)' : '';

// No service of the browser's own may call home: whatever leaves the origin is the page's doing.
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', ...QUIET];

const RUN = '.graphiql-execute-button';
const CARDS = '.margay-cards li';
/** vitest's own second is too short for a browser on two busy cores. */
const PATIENCE = { timeout: 10_000 };
const GREEN = [10, 200, 30];

describe.skipIf(absent)(`GraphiQL in a browser${why}`, { timeout: 60_000 }, () => {
  let door: Door;
  /** Another catalog than the demo's. */
  let books: Door;
  let browser: Browser;
  let page: Page;
  let photo: Buffer;
  /** What a page must never do: ask elsewhere, break its policy, throw. */
  let faults: string[];

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['scripts/web-bundle.ts']);
    const background = { r: GREEN[0], g: GREEN[1], b: GREEN[2] };
    photo = await sharp({ create: { width: 64, height: 48, channels: 3, background } })
      .png()
      .toBuffer();
    door = await openDoor();
    const definition = readDefinition(BOOKS, 'books.graphql');
    books = await openDoor({}, { definition, stores: new MemoryStores(), products: 0 });
    // More than a page.
    const shelf = Array.from({ length: 12 }, (_, place) => ({
      id: `b${place}`,
      title: `Salt Roads ${place}`,
      authors: [],
      price: place,
      inPrint: true,
      pictures: [dataUri(photo)],
    }));
    expect(outcomes(await indexProducts(books, shelf, { type: 'Book', images: 'covers' }))).toEqual(
      shelf.map(({ id }) => `${id} INDEXED`),
    );
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await door?.[Symbol.asyncDispose]();
    await books?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    faults = [];
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await context.route('**/*', (route) => {
      const url = route.request().url();
      if ([door, books].some((own) => url.startsWith(`${own.url}/`))) return route.continue();
      faults.push(`asked ${url}`);
      return route.abort();
    });
    page.on('pageerror', (error) => faults.push(`threw ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) faults.push(message.text());
    });
  });

  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });

  const open = async (search = '', at = door) => {
    await page.goto(`${at.url}/graphql${search}`);
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    await page.getByRole('group', { name: 'Pictures' }).waitFor();
  };

  /** The text of an editor, whose blanks Monaco writes so that they do not break. */
  const shown = async (editor: string) => ((await page.locator(editor).textContent()) ?? '').replaceAll('\u00a0', ' ');

  /** Presses play. @returns the content type that the operation of that name was sent as. */
  const run = async (operation: string) => {
    const sent = page.waitForRequest(
      (request) => request.method() === 'POST' && (request.postData() ?? '').includes(`query ${operation}`),
    );
    await page.click(RUN);
    return (await sent).headers()['content-type'] ?? '';
  };

  test('picks a file, runs the search and sees the hits', async () => {
    await open();
    await page.getByLabel('Attach picture to $image').setInputFiles({
      name: 'my cat.png',
      mimeType: 'image/png',
      buffer: photo,
    });
    await page.locator('.margay-chip', { hasText: 'my cat.png' }).waitFor();
    await expect.poll(() => shown('.graphiql-editor-tool'), PATIENCE).toContain('file:my cat.png');

    expect(await run('Leopard')).toMatch(/^multipart\/form-data/);
    await page.locator(CARDS).nth(8).waitFor();
    expect([...(door.encoder.calls.at(-1)?.pixels?.rgb ?? [])]).toEqual(GREEN);
    const titles = await page.locator(`${CARDS} .margay-card-title`).allTextContents();
    expect(new Set(titles).size).toBe(9);
    expect(titles).toEqual(titles.map(() => expect.stringMatching(/^Product \d+$/)));
  });

  test.each([
    ['of the demo', () => door, 'product { id title price }'],
    ['of books', () => books, 'covers { url(width: 320) }'],
  ])(
    'every example %s runs as it is and shows pictures; one without a picture goes as JSON',
    async (_what, at, own) => {
      await open('', at());
      const examples = examplesFor(await readCatalogFields(`${at().url}/graphql`));
      expect(examples.some(({ query }) => query.includes(own))).toBe(true);
      for (const [tab, { label, query, variables }] of examples.entries()) {
        if (tab > 0) await page.click(`#graphiql-session-tab-${tab}`);
        const contentType = await run(/query (\w+)/.exec(query)?.[1] ?? '');
        const sendsFile = /\$\w+: Upload/.test(query) && variables?.includes(EXAMPLE_PICTURE);
        expect(contentType, label).toMatch(sendsFile ? /^multipart\/form-data/ : /^application\/json/);
        await page.locator(CARDS).first().waitFor();
        expect(await shown('.result-window'), label).not.toContain('"errors"');
        // Deferred reasons arrive after the hits and are merged into one result.
        if (query.includes('@defer'))
          for (const list of [/^hits/, /^reranked/]) await page.getByRole('button', { name: list }).waitFor();
      }
    },
  );

  test("the server's error is shown as it is", async () => {
    await open();
    const file = { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture at all, but text') };
    await page.getByLabel('Attach picture to $image').setInputFiles(file);
    await run('Leopard');
    await expect.poll(() => shown('.result-window'), PATIENCE).toContain('"code": "UNSUPPORTED_IMAGE"');
    expect(await shown('.result-window')).toContain('"remedy"');
  });

  test('a file that is gone after a reload is asked for again', async () => {
    await open();
    const file = { name: 'cat.png', mimeType: 'image/png', buffer: photo };
    await page.getByLabel('Attach picture to $image').setInputFiles(file);
    await page.locator('.margay-chip', { hasText: 'cat.png' }).waitFor();
    // GraphiQL writes its tabs to storage half a second after the last change.
    await page.waitForFunction(() => localStorage.getItem('margay:graphiql:tabState')?.includes('cat.png'));
    await page.reload();
    await page.locator('.margay-missing', { hasText: 'attach again' }).waitFor();
    expect(await page.locator('[id^=graphiql-session-tab-]').count()).toBe(EXAMPLES.length);
    await page.click(RUN);
    await expect.poll(() => shown('.result-window'), PATIENCE).toContain('Attach it again');
  });

  test('a dropped file fills the variable, and its chip takes it out again', async () => {
    await open();
    const transfer = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'dropped.png', { type: 'image/png' }));
      return data;
    });
    await page.dispatchEvent('.graphiql-query-editor', 'drop', { dataTransfer: transfer });
    await page.locator('.margay-chip', { hasText: 'dropped.png' }).waitFor();
    await page.getByLabel('Remove dropped.png from $image').click();
    await expect.poll(() => page.locator('.margay-chip').count(), PATIENCE).toBe(0);
  });

  test('on a phone the hits and the answer are in sight below the operation', async () => {
    await page.setViewportSize({ width: 420, height: 860 });
    await open();
    await run('Leopard');
    await page.locator(CARDS).first().waitFor();
    const boxOf = async (selector: string) => (await page.locator(selector).first().boundingBox())!;
    const [editors, card, answer] = [
      await boxOf('.graphiql-editors'),
      await boxOf(CARDS),
      await boxOf('.graphiql-response .result-window'),
    ];
    expect(card.y).toBeGreaterThanOrEqual(editors.y + editors.height);
    expect(answer.y).toBeGreaterThanOrEqual(card.y + card.height);
    expect(answer.height).toBeGreaterThan(100);
    expect(answer.y + answer.height).toBeLessThanOrEqual(860);
    expect(answer.x + answer.width).toBeLessThanOrEqual(420);
    const hidden = await page.locator('#graphiql-session').evaluate((pane) => pane.scrollHeight - pane.clientHeight);
    expect(hidden).toBe(0);

    // Held sideways there is no room for both: what is below is scrolled to.
    await page.setViewportSize({ width: 740, height: 420 });
    await page.locator('.graphiql-response').evaluate((pane) => pane.scrollIntoView());
    const [session, lower] = [await boxOf('#graphiql-session'), await boxOf(CARDS)];
    expect(lower.y).toBeGreaterThanOrEqual(session.y);
    expect(lower.y + lower.height).toBeLessThanOrEqual(420);
  });

  test('an operation in the address is shown, checked by the language worker, and not run', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.postData() ?? ''));
    await open(`?query=${encodeURIComponent('query Linked { catalog { nothing } }')}`);
    await page.getByText('Linked', { exact: true }).first().waitFor();
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
    const workers = page.workers().map((worker) => new URL(worker.url()).pathname);
    expect(workers).toContainEqual(expect.stringMatching(/^\/graphql\/assets\/graphql\.worker-\w+\.js$/));
    expect(asked.filter((body) => body.includes('query Linked'))).toEqual([]);
  });

  test('the picker is named and the keyboard reaches it; so is everything that can be pressed', async () => {
    let choosers = 0;
    // Before the page is opened: the browser is told of it only some time after.
    page.on('filechooser', () => {
      choosers += 1;
    });
    await open();
    expect(await page.title()).toMatch(/^margay/);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    let steps = 0;
    while ((await focused()) !== 'Attach picture to $image' && steps < 60) {
      await page.keyboard.press('Tab');
      steps += 1;
    }
    expect(await focused()).toBe('Attach picture to $image');
    await page.keyboard.press('Space');
    await expect.poll(() => choosers, PATIENCE).toBe(1);

    await run('Leopard');
    await page.locator(CARDS).first().waitFor();
    const nameless = await page.evaluate(() =>
      [
        ...document.querySelectorAll(
          '.margay-pictures button, .margay-strip button, .margay-cards a, .margay-pictures input',
        ),
      ]
        .filter((element) => !(element.getAttribute('aria-label') ?? element.textContent)?.trim())
        .map((element) => element.outerHTML),
    );
    expect(nameless).toEqual([]);
    expect(await page.locator('#page img:not([alt])').count()).toBe(0);
  });
});
