import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/**
 * The walls of the house: whose values each folder may import, as folders or as files of them. Types are free.
 * Anyone may import errors.ts; `policy` says how we wait for others, so whoever waits may import it.
 */
const WALLS: Readonly<Record<string, readonly string[]>> = {
  main: [
    'config',
    'app',
    'served-catalog',
    'progress',
    'eval-command',
    'rerank-command',
    'index-command',
    'model-command',
    'schema-command',
    'folder-encoder',
  ],
  'catalog-file': ['config', 'catalog'],
  'schema-command': ['catalog-file', 'command-line', 'catalog', 'graph'],
  'index-command': ['config', 'app', 'command-line', 'catalog-file', 'served-catalog', 'ingest', 'progress'],
  'folder-encoder': ['config', 'encode', 'image'],
  'opened-encoder': ['config', 'folder-encoder', 'encode', 'hub'],
  'served-catalog': ['catalog', 'ingest', 'demo', 'retrieve/catalog-stamp'],
  'command-line': [],
  'eval-command': ['config', 'app', 'command-line', 'opened-encoder', 'eval'],
  'rerank-command': ['config', 'app', 'command-line', 'eval'],
  'model-command': ['config', 'command-line', 'hub', 'progress'],
  hub: ['encode/manifest', 'policy', 'progress'],
  app: [
    'config',
    'catalog-file',
    'opened-encoder',
    'http',
    'hub',
    'graph',
    'search',
    'image',
    'encode',
    'retrieve',
    'rerank',
    'catalog',
    'ingest',
    'policy',
    'demo',
  ],
  config: [],
  progress: [],
  errors: [],
  http: [
    'graph/context',
    'graph/limits',
    'graph/schema',
    'catalog/media-store',
    'image/decoder',
    'image/renderer',
    'policy',
  ],
  graph: ['search', 'catalog', 'ingest', 'image/png', 'policy'],
  search: [
    'image/decoder',
    'image/renderer',
    'encode/encoder',
    'retrieve/vector-store',
    'rerank/meter',
    'rerank/reranker',
    'catalog/product',
    'catalog/media-store',
    'policy',
  ],
  image: ['policy'],
  catalog: ['policy'],
  policy: [],
  encode: ['image/decoder', 'image/renderer', 'policy'],
  retrieve: ['catalog/product', 'policy'],
  rerank: ['image/renderer', 'policy'],
  ingest: [
    'image/decoder',
    'encode/encoder',
    'retrieve/vector-store',
    'catalog/product',
    'catalog/product-fields',
    'catalog/media-store',
    'catalog/picture-folder',
    'policy',
  ],
  demo: ['image/png', 'image/renderer'],
  eval: [
    'search',
    'demo',
    'image/decoder',
    'image/renderer',
    'encode/encoder',
    'encode/fusion',
    'retrieve/vector-store',
    'rerank/meter',
    'rerank/reranker',
    'catalog/product',
    'catalog/media-store',
    'policy',
  ],
};

/** Packages that have their adapters: nobody else names them, not even their types. */
const BEHIND: readonly (readonly [package_: RegExp, files: RegExp])[] = [
  // A catalog's own definition is written in GraphQL's language.
  [/^graphql$/, /^((graph|http)\/|catalog\/(read-definition|definition-[a-z]+)\.ts$)/],
  [/^(graphql-yoga|graphql-upload-ts|dataloader|@pothos\/.*|@graphql-yoga\/.*)$/, /^(graph|http)\//],
  [/^sharp$/, /^image\/(vips|sharp-[a-z]+|svg-process)\.ts$/],
  [/^heic-decode$/, /^image\/heic-[a-z]+\.ts$/],
  [/^onnxruntime-node$/, /^encode\/onnx-[a-z-]+\.ts$/],
  [/^@huggingface\//, /^encode\/tokenizer\.ts$/],
  [/^(@lancedb\/.*|apache-arrow)$/, /^retrieve\/lance-[a-z]+\.ts$/],
  [/^@zilliz\//, /^retrieve\/milvus-[a-z]+\.ts$/],
  [/^openai$/, /^rerank\/vision-[a-z]+\.ts$/],
];

const PROCESS = /^(main|progress|[a-z]+\/[a-z-]+-(worker|process))\.ts$/;

interface Module {
  /** Below src, with forward slashes. */
  readonly file: string;
  readonly place: string;
  /** What is there at run time. */
  readonly values: readonly string[];
  readonly all: readonly string[];
  readonly code: string;
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\bfrom\s*)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;
const importsOf = (code: string) => [...code.matchAll(IMPORT)].map(([, still, dynamic]) => (still ?? dynamic)!);

const modules: Module[] = globSync('**/*.ts', { cwd: SRC })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((file) => !file.endsWith('.d.ts'))
  .sort()
  .map((file) => {
    const text = readFileSync(SRC + file, 'utf8');
    const code = stripTypeScriptTypes(text);
    return { file, place: placeOf(file), values: importsOf(code), all: importsOf(text), code };
  });

/** The folder of a file; the name of a file that lies in none. */
function placeOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

const ours = ({ file, values }: Module) =>
  values.filter((name) => name.startsWith('.')).map((name) => posix.join(posix.dirname(file), name));

test('there is something to hold', () => {
  expect(modules.length).toBeGreaterThan(50);
  const search = modules.find(({ file }) => file === 'search/search.ts')!;
  expect(ours(search)).toContain('policy/deadline.ts');
  // A type alone does not pass the wall.
  expect(search.all).toContain('../retrieve/vector-store.ts');
  expect(ours(search)).not.toContain('retrieve/vector-store.ts');
});

test('every folder stands in the table', () => {
  expect([...new Set(modules.map(({ place }) => place))].filter((place) => !(place in WALLS))).toEqual([]);
});

test('values are imported through the doors of the house', () => {
  const broken = modules.flatMap((module) =>
    ours(module)
      .filter((target) => {
        const place = placeOf(target);
        if (place === module.place || place === 'errors') return false;
        return !WALLS[module.place]!.some((door) => door === place || `${door}.ts` === target);
      })
      .map((target) => `${module.file} -> ${target}`),
  );
  expect(broken).toEqual([]);
});

test('packages stay behind their adapters', () => {
  const broken = modules.flatMap(({ file, all }) =>
    all
      .filter((name) => BEHIND.some(([package_, files]) => package_.test(name) && !files.test(file)))
      .map((name) => `${file} -> ${name}`),
  );
  expect(broken).toEqual([]);
});

test('process stays in main, progress and the workers', () => {
  const uses = /(?<![.\w'"`/-])process\s*(\?\.|\.|\[)|from 'node:process'/;
  const bare = (code: string) =>
    code
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .replace(/`[^`]*`|'[^'\n]*'|"[^"\n]*"/g, (text) => (text === "'node:process'" ? text : "''"));
  expect(
    modules.filter(({ file, code }) => !PROCESS.test(file) && uses.test(bare(code))).map(({ file }) => file),
  ).toEqual([]);
});

test('no folder leads back to itself', () => {
  const leads = new Map<string, Set<string>>();
  for (const module of modules)
    for (const target of ours(module))
      if (placeOf(target) !== module.place)
        leads.set(module.place, (leads.get(module.place) ?? new Set()).add(placeOf(target)));
  const reachable = (from: string, seen = new Set<string>()): Set<string> => {
    for (const next of leads.get(from) ?? []) if (!seen.has(next)) reachable(next, seen.add(next));
    return seen;
  };
  expect([...leads.keys()].filter((place) => reachable(place).has(place))).toEqual([]);
});

test('no barrels and no drawers', () => {
  expect(
    modules.map(({ file }) => file).filter((file) => /(^|\/)(index|types|utils|helpers|common)(\.ts|\/)/.test(file)),
  ).toEqual([]);
});
