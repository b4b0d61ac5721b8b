/**
 * Bundles the GraphiQL page: `node scripts/web-bundle.ts [--out build/web]`. Every file is named by its content, compressed once here and never again, and listed in manifest.json for the server.
 * Does nothing when the sources and the packages are those of the last time.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';
import type { Asset } from '../src/http/graphiql.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
// The demo draws the example's picture.
const SOURCES = ['web/**/*', 'src/demo/**/*', 'scripts/web-bundle.ts'];
const PACKAGES = ['@graphiql/react', '@graphiql/toolkit', 'esbuild', 'graphiql', 'graphql', 'monaco-editor', 'react'];

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};
const COMPRESSED = new Set(['.jpg', '.png', '.woff', '.woff2']);

const hash = (...parts: (string | Uint8Array)[]) => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\0');
  return sum.digest('base64url').slice(0, 16);
};

async function sourceHash(): Promise<string> {
  const resolve = createRequire(import.meta.url);
  const files = globSync(SOURCES, { cwd: ROOT })
    .filter((file) => path.extname(file) !== '')
    .sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(ROOT, file))));
  const versions = PACKAGES.map((name) => `${name}@${resolve(packageFile(name)).version}`);
  return hash(...versions, ...files, ...texts);
}

const packageFile = (name: string) => path.join(ROOT, 'node_modules', name, 'package.json');

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  format: 'esm',
  legalComments: 'linked',
  logLevel: 'warning',
  minify: true,
  target: 'es2022',
  write: false,
} as const;

/** `worker:some/module.js` is bundled by itself, with no chunk shared, and imported as the name of its file. */
const workers: Plugin = {
  name: 'workers',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^worker:/ }, (args) => ({ path: args.path.slice('worker:'.length), namespace: 'worker' }));
    onLoad({ filter: /.*/, namespace: 'worker' }, async ({ path: entry }) => {
      const { outputFiles } = await build({
        ...OPTIONS,
        entryPoints: [entry],
        legalComments: 'eof',
        outdir: 'unwritten',
      });
      return { contents: outputFiles[0]!.contents, loader: 'file' };
    });
  },
};

/** GraphiQL's style sheet carries its fonts inside. Taken out, a browser loads the two or three it shows, and the sheet is a tenth. */
const fonts: Plugin = {
  name: 'fonts',
  setup({ onResolve, onLoad }) {
    const found = new Map<string, Buffer>();
    onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path: file }) => {
      const css = await readFile(file, 'utf8');
      const contents = css.replace(/url\(["']?data:font\/(\w+)[^,)]*;base64,([^)"']+)["']?\)/g, (_all, type, data) => {
        const bytes = Buffer.from(data, 'base64');
        const name = `font:${hash(bytes)}/font.${type}`;
        found.set(name, bytes);
        return `url(${name})`;
      });
      return { contents, loader: 'css' };
    });
    onResolve({ filter: /^font:/ }, (args) => ({ path: args.path, namespace: 'font' }));
    onLoad({ filter: /.*/, namespace: 'font' }, ({ path: name }) => ({ contents: found.get(name)!, loader: 'file' }));
    // Monaco's own sheets are in GraphiQL's already.
    onLoad({ filter: /monaco-editor[\\/].*\.css$/ }, () => ({ contents: '', loader: 'empty' }));
  },
};

const pictures: Plugin = {
  name: 'pictures',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^picture:/ }, (args) => ({ path: `${args.path.slice(8)}.jpg`, namespace: 'picture' }));
    onLoad({ filter: /.*/, namespace: 'picture' }, async () => ({ contents: await leopard(), loader: 'file' }));
  },
};

/** JPEG of 640 x 640: a leopard of the kind that the demo's searches are about, drawn from a seed that nothing is trained on. */
async function leopard(): Promise<Buffer> {
  const [{ default: sharp }, { drawSubject }, { seedIn }] = await Promise.all([
    import('sharp'),
    import('../src/demo/subjects.ts'),
    import('../src/demo/seeds.ts'),
  ]);
  const { svg } = drawSubject({ print: 'leopard', seed: seedIn('evaluation', 0, 19) });
  return sharp(Buffer.from(svg)).resize(640).jpeg({ quality: 86 }).toBuffer();
}

/** The page with its style sheet, its script, and the chunks that the script will ask for in any case. */
async function page(metafile: Metafile): Promise<string> {
  const outputs = Object.entries(metafile.outputs);
  const [entry, { cssBundle = undefined } = {}] =
    outputs.find(([, { entryPoint }]) => entryPoint === 'web/main.tsx') ?? [];
  if (!entry || !cssBundle) throw new Error('The bundle has no entry: has web/main.tsx moved?');
  const ahead = new Set<string>();
  const follow = (name: string) => {
    if (ahead.has(name)) return;
    ahead.add(name);
    for (const { path: next, kind } of metafile.outputs[name]?.imports ?? [])
      if (kind === 'import-statement' || /monaco|edcore|lite/.test(metafile.outputs[next]?.entryPoint ?? ''))
        follow(next);
  };
  follow(entry);
  ahead.delete(entry);
  // Relative, so that the page also works behind a proxy that gives it a prefix.
  const url = (name: string) => `graphql/assets/${path.basename(name)}`;
  const head = [
    `<link rel="stylesheet" href="${url(cssBundle)}" />`,
    `<script type="module" src="${url(entry)}"></script>`,
    ...[...ahead]
      .filter((name) => name.endsWith('.js'))
      .map((name) => `<link rel="modulepreload" href="${url(name)}" />`),
  ];
  return (await readFile(path.join(ROOT, 'web/index.html'), 'utf8')).replace('<!-- bundle -->', head.join('\n    '));
}

async function store(folder: string, name: string, contents: Uint8Array): Promise<Asset> {
  const extension = path.extname(name);
  const file = path.join(folder, name);
  const described = { name, type: TYPES[extension]!, etag: `"${hash(contents)}"`, bytes: contents.length };
  if (!described.type) throw new Error(`${name}: no content type is known for ${extension}.`);
  await writeFile(file, contents);
  if (COMPRESSED.has(extension) || contents.length < 1000) return described;
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(contents, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length },
    }),
    promisify(gzip)(contents, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
  return { ...described, br: br.length, gz: gz.length };
}

/** Two that bundle at once both succeed: the later one stays. */
async function swap(fresh: string, old: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await rm(old, { recursive: true, force: true });
    try {
      return await rename(fresh, old);
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

const { values } = parseArgs({ options: { out: { type: 'string', default: 'build/web' } } });
const out = path.resolve(ROOT, values.out);
const sources = await sourceHash();
const last = existsSync(path.join(out, 'manifest.json'))
  ? JSON.parse(await readFile(path.join(out, 'manifest.json'), 'utf8'))
  : undefined;

if (last?.sources !== sources) {
  const started = performance.now();
  const { outputFiles, metafile } = await build({
    ...OPTIONS,
    assetNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    entryNames: '[name]-[hash]',
    entryPoints: ['web/main.tsx'],
    jsx: 'automatic',
    metafile: true,
    outdir: 'unwritten',
    plugins: [workers, fonts, pictures],
    splitting: true,
  });
  // Beside the old one, then swapped: a server that reads meanwhile finds one or the other.
  const fresh = `${out}.${process.pid}.tmp`;
  await mkdir(fresh, { recursive: true });
  const files = await Promise.all([
    store(fresh, 'index.html', Buffer.from(await page(metafile))),
    ...outputFiles.map(({ path: file, contents }) => store(fresh, path.basename(file), contents)),
  ]);
  await writeFile(path.join(fresh, 'manifest.json'), JSON.stringify({ sources, files }, null, 1));
  await swap(fresh, out);
  const sum = (size: (file: Asset) => number) => files.reduce((total, file) => total + size(file), 0) / 1e6;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `GraphiQL: ${files.length} files, ${sum((f) => f.bytes).toFixed(2)} MB, ${sum((f) => f.br ?? f.bytes).toFixed(2)} MB as brotli, in ${seconds} s.`,
  );
}
