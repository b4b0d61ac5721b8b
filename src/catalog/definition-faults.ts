import { MargayError } from '../errors.ts';

/** More lines help nobody. */
const MOST_TOLD = 100;
const LONGEST_QUOTE = 80;

/** What is wrong with a catalog's definition, gathered so that all of it is told at once. */
export class DefinitionFaults {
  readonly #found: { readonly line: number; readonly text: string }[] = [];

  get any(): boolean {
    return this.#found.length > 0;
  }

  /**
   * @param line 1-based, of the file.
   * @param at What is at fault: a field, a type, a definition; null where it has no name.
   * @param fault What is wrong with it and what to do about it, as sentences.
   */
  add(line: number, at: string | null, fault: string): void {
    const text = at === null ? fault : `${quoted(at)}: ${fault}`;
    this.#found.push({ line, text: `  line ${line}: ${text}` });
  }

  /** BAD_INPUT: a heading, then a line for each fault in the order of the file. */
  error(fileName: string): MargayError {
    const count = this.#found.length;
    // Faults of one line stay in the order in which they were found.
    const lines = this.#found.toSorted((a, b) => a.line - b.line).map(({ text }) => text);
    const told = lines.slice(0, MOST_TOLD);
    if (count > MOST_TOLD) told.push(`  and ${count - MOST_TOLD} more`);
    return new MargayError(
      'BAD_INPUT',
      `${fileName} has ${count} ${count === 1 ? 'fault' : 'faults'}:\n${told.join('\n')}`,
    );
  }
}

/** A piece of the file as a message can hold it: one line, and not a long one. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const letters = [...line];
  return letters.length > LONGEST_QUOTE ? `${letters.slice(0, LONGEST_QUOTE).join('')}...` : line;
}

/** 'A, B or C' */
export const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
