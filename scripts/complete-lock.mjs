// Completes package-lock.json after `npm install`: npm leaves out an optional platform package that the registry it talked to does not
// hold, and `npm ci` then refuses the whole file, even on machines that would never install that package. Such packages are entered
// with the version their parent names and without a checksum, which npm fills in where it can.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const added = [];
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const platform = platformOf(name);
    if (!platform || isLocked(path, name)) continue;
    if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}: ${version} is no exact version`);
    const entry = { version, ...platform, license: parent.license, optional: true };
    if (parent.dev || parent.devOptional) entry.dev = true;
    lock.packages[`node_modules/${name}`] = entry;
    added.push(`${name}@${version}`);
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(sorted);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length > 0 ? `Entered ${added.join(', ')}.` : 'Nothing is missing.');

/** Whether npm would find it from `path`: there, or in any folder above. */
function isLocked(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true;
    if (!at) return false;
  }
}

/** What the name says of its platform: `@lancedb/lancedb-linux-arm64-musl`. */
function platformOf(name) {
  const found =
    /(?:^|[-/])(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|wasm32|win32)(?:-([a-z0-9_]+))?(?:-(gnu|musl|msvc|eabi|gnueabihf|musleabihf))?$/.exec(
      name,
    );
  if (!found) return undefined;
  const [, os, cpu, libc] = found;
  return {
    os: [os],
    ...(cpu && { cpu: [cpu] }),
    ...((libc === 'musl' || libc === 'gnu') && os === 'linux' && { libc: [libc === 'gnu' ? 'glibc' : libc] }),
  };
}
