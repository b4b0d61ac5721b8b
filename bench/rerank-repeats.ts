import { type Asking, text } from './queries.ts';
import { type Scenario, table } from './report.ts';
import { goal } from './rerank-calls.ts';
import { type Modeled, startModeled } from './rerank-model.ts';
import { Drawings } from './rerank-pictures.ts';

const REPORT = 'rerank { status calls cached promptTokens completionTokens }';
const ORDER = `reranked { product { id } } ${REPORT}`;
const FULL = `reranked { reason product { id } } rationale queryCaption ${REPORT}`;
const search = (given: string, fields = ORDER) =>
  `query ($text: String, $image: Upload) { search(${given}) { ${fields} } }`;
const PLAIN = search('text: $text, image: $image');

interface Step {
  readonly name: string;
  /** Calls that the model may see. */
  readonly caption: number;
  readonly ranking: number;
  readonly ask: (modeled: Modeled, asking: Asking) => Promise<unknown>;
}

const TWENTY = 20;
const together = (modeled: Modeled, asking: Asking) =>
  Promise.all(Array.from({ length: TWENTY }, () => modeled.ask(PLAIN, asking)));
const aliases = `query ($text: String, $image: Upload) {
  a: search(text: $text, image: $image) { ${ORDER} }
  b: search(image: $image, text: $text, topK: 9) { ${FULL} }
}`;

/** Each step after those before it, of the same words and picture unless it says otherwise. */
const STEPS: readonly Step[] = [
  { name: 'order asked, for the first time', caption: 1, ranking: 1, ask: (m, asking) => m.ask(PLAIN, asking) },
  { name: 'the same again', caption: 0, ranking: 0, ask: (m, asking) => m.ask(PLAIN, asking) },
  { name: `the same, ${TWENTY} at once`, caption: 0, ranking: 0, ask: together },
  {
    name: 'arguments in another order, defaults written out',
    caption: 0,
    ranking: 0,
    ask: (m, asking) => m.ask(search('rerankDepth: 9, offset: 0, topK: 9, image: $image, text: $text'), asking),
  },
  {
    name: 'topK: 20, of which the same nine are ranked',
    caption: 0,
    ranking: 0,
    ask: (m, asking) => m.ask(search('text: $text, image: $image, topK: 20'), asking),
  },
  {
    name: '+ reasons, rationale, caption',
    caption: 0,
    ranking: 1,
    ask: (m, asking) => m.ask(search('text: $text, image: $image', FULL), asking),
  },
  { name: 'the order alone, after that', caption: 0, ranking: 0, ask: (m, asking) => m.ask(PLAIN, asking) },
  {
    name: 'two aliases in one request',
    caption: 0,
    ranking: 0,
    ask: (m, asking) => m.ask(aliases, asking),
  },
  {
    name: 'queryCaption alone',
    caption: 0,
    ranking: 0,
    ask: (m, asking) => m.ask(search('image: $image, text: $text', `queryCaption ${REPORT}`), asking),
  },
  {
    name: 'rerankDepth: 5: another sheet',
    caption: 0,
    ranking: 1,
    ask: (m, asking) => m.ask(search('text: $text, image: $image, rerankDepth: 5'), asking),
  },
  {
    name: 'other words beside the same picture',
    caption: 0,
    ranking: 1,
    ask: (m, { picture }) => m.ask(PLAIN, { picture: picture!, text: text() }),
  },
];

/** What is asked again, or by many at once, costs nothing again. */
export const repeats: Scenario = async ({ data, print }) => {
  await using modeled = await startModeled(data);
  await using drawn = new Drawings();
  const rows = [['search', 'caption calls', 'ranking calls', 'goal']];
  let isMet = true;
  const step = async ({ name, caption, ranking, ask }: Step, asking: Asking) => {
    modeled.taken.length = 0;
    await ask(modeled, asking);
    const seen = (of: 'caption' | 'ranking') => modeled.taken.filter(({ kind }) => kind === of).length;
    const met = seen('caption') === caption && seen('ranking') === ranking;
    isMet &&= met;
    rows.push([
      name,
      String(seen('caption')),
      String(seen('ranking')),
      met ? `${caption} + ${ranking}` : `${caption} + ${ranking}: MISSED`,
    ]);
  };
  const asking = await drawn.asking();
  for (const one of STEPS) await step(one, asking);
  // A model that takes its time: all twenty are there before it has answered the first.
  modeled.model.delayMs = 1_000;
  await step(
    { name: `words and picture never asked before, ${TWENTY} at once`, caption: 1, ranking: 1, ask: together },
    await drawn.asking(),
  );
  print('The same asked again: calls that reached the model');
  for (const line of table(rows)) print(line);
  print(`  ${goal('repeats take no call, twenty at once one ranking', isMet)}`);
};
