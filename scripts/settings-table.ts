/** Prints README's table of settings; with --write puts it between README's markers. */
import { readFile, writeFile } from 'node:fs/promises';
import { SETTINGS } from '../src/config.ts';

export const START = '<!-- settings -->';
export const END = '<!-- /settings -->';

const cell = (text: string) => text.replaceAll('|', '\\|');

export const settingsTable = (): string =>
  [
    '| NAME | default | meaning |',
    '|---|---|---|',
    ...SETTINGS.map(
      ({ name, fallback, meaning }) => `| \`${name}\` | ${fallback && `\`${cell(fallback)}\``} | ${cell(meaning)} |`,
    ),
  ].join('\n');

/** What stands between the markers; undefined where they are missing. */
export function between(readme: string): string | undefined {
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)];
  return from >= 0 && to > from ? readme.slice(from + START.length, to).trim() : undefined;
}

if (import.meta.main) {
  if (process.argv.includes('--write')) {
    const file = new URL('../README.md', import.meta.url);
    const readme = await readFile(file, 'utf8');
    if (between(readme) === undefined) throw new Error(`README.md has no ${START} ... ${END}.`);
    const [head, tail] = [readme.slice(0, readme.indexOf(START) + START.length), readme.slice(readme.indexOf(END))];
    await writeFile(file, `${head}\n\n${settingsTable()}\n\n${tail}`);
  } else {
    process.stdout.write(`${settingsTable()}\n`);
  }
}
