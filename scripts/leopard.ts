// Asks a running server what the demo is for: a drawn leopard, never trained on, and "phone case with this".
// Usage: node scripts/leopard.ts URL [--each N]. Prints a table for all prints and kinds, N queries for each pair of them (0: none), and fails below the
// floors of src/eval/demo-floors.ts. Three of each pair are some seventy queries a print;
// ten and more also name the pairs that fare worse than that.
import { parseArgs } from 'node:util';
import { seedIn } from '../src/demo/seeds.ts';
import { drawSubject } from '../src/demo/subjects.ts';
import { KINDS, PRINTS, type Print } from '../src/demo/vocabulary.ts';
import { DEMO_FLOORS, type DemoFloor, reaches } from '../src/eval/demo-floors.ts';
import { SharpRenderer } from '../src/image/sharp-renderer.ts';

const LEOPARDS = 50;
/** Series of evaluation seeds, so that no two tables ask the same pictures. */
const SERIES = { leopard: 900, table: 901 };
const AT_ONCE = 4;
/** Fewer queries of a pair of print and kind say nothing of it. */
const FEW = 10;

interface Hit {
  readonly product: { readonly category: string; readonly print: string };
}
interface Tally {
  asked: number;
  first: number;
  firstKind: number;
  ofKind: number;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { each: { type: 'string', default: '3' } },
});
const url = positionals[0] ?? 'http://127.0.0.1:4000';
const each = Number(values.each);
const renderer = new SharpRenderer();

async function ask(text: string, picture: Uint8Array): Promise<Hit[]> {
  const query = `query ($text: String!, $image: Upload!) {
    search(text: $text, image: $image, topK: 9) { hits { product { category print } } }
  }`;
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: { text, image: null } }));
  form.set('map', JSON.stringify({ 0: ['variables.image'] }));
  form.set('0', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'photo.jpg');
  const headers = { 'apollo-require-preflight': 'true' };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: form,
    signal: AbortSignal.timeout(30_000),
  });
  const answer = (await response.json()) as { data?: { search?: { hits: Hit[] } }; errors?: { message: string }[] };
  if (!answer.data?.search) throw new Error(`${response.status}: ${answer.errors?.[0]?.message ?? 'no answer'}`);
  return answer.data.search.hits;
}

/** How often the first hit wears the subject's print on the kind asked for, and how many of the nine are of that kind. */
async function tally(print: Print, kind: string, seeds: readonly number[], into: readonly Tally[]): Promise<void> {
  for (const seed of seeds) {
    const { svg } = drawSubject({ print, seed });
    const picture = await renderer.draw(svg, { width: 512, height: 512 });
    const hits = await ask(`${kind} with this`, picture);
    const [first] = hits;
    for (const sum of into) {
      sum.asked += 1;
      if (first?.product.category === kind) sum.firstKind += 1;
      if (first?.product.category === kind && first.product.print === print) sum.first += 1;
      sum.ofKind += hits.filter(({ product }) => product.category === kind).length;
    }
  }
}

const empty = (): Tally => ({ asked: 0, first: 0, firstKind: 0, ofKind: 0 });
const share = (part: number, whole: number) => (part / whole).toFixed(2);

function print(title: string, tallies: ReadonlyMap<string, Tally>): void {
  console.log(
    `\n| ${title} | queries | kind and print first | kind first | of that kind among nine |\n|---|---|---|---|---|`,
  );
  for (const [name, { asked, first, firstKind, ofKind }] of tallies)
    console.log(
      `| ${name} | ${asked} | ${share(first, asked)} | ${share(firstKind, asked)} | ${(ofKind / asked).toFixed(1)} |`,
    );
}

const missed: string[] = [];
function demand(what: string, figure: number, floor: DemoFloor): void {
  if (!reaches(figure, floor)) missed.push(`${what}: ${figure.toFixed(2)}, at least ${floor.least} is demanded`);
}

const leopard = empty();
await tally(
  'leopard',
  'phone case',
  Array.from({ length: LEOPARDS }, (_, i) => seedIn('evaluation', SERIES.leopard, i)),
  [leopard],
);
const casesAmongNine = leopard.ofKind / leopard.asked;
console.log(
  `leopard + "phone case with this": a leopard phone case first in ${leopard.first} of ${leopard.asked}, ${casesAmongNine.toFixed(2)} phone cases among nine hits`,
);
demand('a leopard phone case first', leopard.first / leopard.asked, DEMO_FLOORS.leopard);
demand('phone cases among nine hits', casesAmongNine, DEMO_FLOORS.casesAmongNine);

if (each > 0) {
  const patterned = PRINTS.filter((name) => name !== 'plain');
  const byPrint = new Map<Print, Tally>(patterned.map((name) => [name, empty()]));
  const byKind = new Map<string, Tally>(KINDS.map((name) => [name, empty()]));
  const byPair = new Map<string, Tally>();
  const all = empty();
  const jobs = patterned.flatMap((name, row) =>
    KINDS.map((kind, column) => ({ name, kind, at: row * KINDS.length + column })),
  );
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let job = jobs.pop(); job; job = jobs.pop()) {
        const { name, kind, at } = job;
        const pair = empty();
        byPair.set(`${name}, ${kind}`, pair);
        const seeds = Array.from({ length: each }, (_, i) => seedIn('evaluation', SERIES.table, at * each + i));
        await tally(name, kind, seeds, [byPrint.get(name)!, byKind.get(kind)!, pair, all]);
      }
    }),
  );
  print('subject + "KIND with this", by print', byPrint);
  print('by kind', byKind);
  print('together', new Map([['all', all]]));
  if (each >= FEW) {
    const below = [...byPair].filter(([, { asked, first }]) => !reaches(first / asked, DEMO_FLOORS.everyPrint));
    print(
      `${below.length} of ${byPair.size} pairs below ${DEMO_FLOORS.everyPrint.least}, told, not demanded`,
      new Map(below.sort(([, a], [, b]) => a.first - b.first)),
    );
  }
  for (const [name, { asked, first }] of byPrint)
    demand(`kind and print first of ${name}`, first / asked, DEMO_FLOORS.everyPrint);
}
await renderer.close();
if (missed.length > 0) {
  for (const line of missed) console.error(`below its floor: ${line}`);
  process.exit(1);
}
