import type { Random } from '../demo/random.ts';

/** Words of fewer letters are typed right, or are no longer the word. */
const SHORTEST = 4;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** One slip of the finger inside a word: a letter left out, twice, swapped with the next, or another. Texts of short words stay. */
export function mistyped(text: string, random: Random): string {
  const words = text.split(' ');
  const long = [...words.keys()].filter((place) => words[place]!.length >= SHORTEST);
  if (long.length === 0) return text;
  const place = random.pick(long);
  const word = words[place]!;
  const at = random.int(1, word.length - 2);
  const slips = [
    () => word.slice(0, at) + word.slice(at + 1),
    () => word.slice(0, at + 1) + word.slice(at),
    () => word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2),
    () => word.slice(0, at) + random.pick([...LETTERS].filter((letter) => letter !== word[at])) + word.slice(at + 1),
  ];
  // Two equal letters swapped are the word itself.
  const slipped = slips.map((slip) => slip()).filter((other) => other !== word);
  words[place] = random.pick(slipped);
  return words.join(' ');
}
