// Writes test/rerank/retrieved-grades.json: what the pocket encoder really retrieves for the demo's held-out queries, and how well each of
// the nine answers them, as test/rerank/retrieved-grades.ts reads it. Queries whose nine all answer, or none, are left out: no order of
// them is better than another. Usage: node scripts/retrieved-grades.ts
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type DemoProduct, demoCatalog } from '../src/demo/catalog.ts';
import { COLORS, KINDS, PRINTS } from '../src/demo/vocabulary.ts';
import { OnnxEncoder } from '../src/encode/onnx-encoder.ts';
import { type DemoQuery, demoTasks } from '../src/eval/demo-queries.ts';
import { demoSet } from '../src/eval/labelled.ts';
import { LabelledIndex } from '../src/eval/retrieval.ts';
import { SharpDecoder } from '../src/image/sharp-decoder.ts';
import { SharpRenderer } from '../src/image/sharp-renderer.ts';

const EACH = 90;
const DEPTH = 9;
const OTHERS = { category: KINDS, print: PRINTS, color: COLORS } as const;
type Part = keyof typeof OTHERS;

const { signal } = new AbortController();
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const decoder = new SharpDecoder({ maxBytes: 20_000_000 });
const renderer = new SharpRenderer();
const encoder = await OnnxEncoder.load(at('models/pocket'), { decoder, signal });
try {
  const set = demoSet(renderer, EACH);
  const index = await LabelledIndex.make(set, { decoder, renderer, encoder }, { signal });
  const catalog = new Map(demoCatalog().map((product) => [product.id, product]));
  const asked = demoTasks([...catalog.values()], EACH);
  const tasks: Record<string, string> = {};
  for (const [place, { name, queries }] of set.tasks.entries()) {
    const rows: string[] = [];
    for (const [number, query] of queries.entries()) {
      const { hits, relevant } = await index.retrieve(query, DEPTH, { signal });
      const partial = creditOf(asked[place]!.queries[number]!, [...catalog.values()]);
      const grades = hits.map(({ productId }) => partial(catalog.get(productId)!));
      if (new Set(grades.map((grade) => grade === 3)).size === 2) rows.push(`${grades.join('')}/${relevant.length}`);
    }
    tasks[name] = rows.join(' ');
  }
  const path = at('test/rerank/retrieved-grades.json');
  await writeFile(path, `${JSON.stringify({ encoder: encoder.info.fingerprint.slice(0, 12), tasks }, null, 2)}\n`);
} finally {
  for (const part of [encoder, renderer, decoder]) await part.close();
}

/** 3 for what answers the query, else how many of the kind, print and color that are asked for are met: 0, 1 or 2. */
function creditOf({ relevant }: DemoQuery, all: readonly DemoProduct[]): (product: DemoProduct) => number {
  const answer = all.find(relevant)!;
  // What may be anything else without a difference was not asked for.
  const parts = (Object.keys(OTHERS) as Part[]).filter((part) =>
    OTHERS[part].some((other) => !relevant({ ...answer, [part]: other })),
  );
  return (product) => (relevant(product) ? 3 : parts.filter((part) => product[part] === answer[part]).length);
}
