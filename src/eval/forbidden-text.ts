const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** What stood around a part that was cut: empty brackets, a separator at an end or before another. */
const DANGLING = /\(\s*\)|\[\s*\]|^[\s–—,;:/|·-]+|[\s–—,;:/|·-]+$|[–—,;:/|·-]\s+(?=[–—,;:/|·-]\s)/gu;

/** Letters and digits as they are compared: no case, no accents, no width; gray and grey are one color. */
const folded = (word: string) => word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('grey', 'gray');

const wordsOf = (text: string) =>
  [...text.matchAll(WORD)].map(({ 0: word, index }) => ({ word: folded(word), from: index, to: index + word.length }));

/**
 * A text without others that must stay out of it, wherever they stand in it as whole words: in any case, with any punctuation between the words, joined
 * ("lightblue") or apart. A text in which none of them stands comes back as it is; one of which no word is left, as ''.
 */
export function without(text: string, forbidden: readonly string[]): string {
  let left = text;
  for (const phrase of forbidden) {
    const joined = wordsOf(phrase)
      .map(({ word }) => word)
      .join('');
    if (joined === '') continue;
    // Once more after each cut: what it leaves may close up to the same words.
    for (let at = find(left, joined); at; at = find(left, joined))
      left = `${left.slice(0, at.from)} ${left.slice(at.to)}`;
  }
  if (left === text) return text;
  const tidy = left.replace(DANGLING, ' ').replace(/\s+/gu, ' ').trim();
  return wordsOf(tidy).length === 0 ? '' : tidy;
}

/** Where a run of whole words spells `joined`. */
function find(text: string, joined: string): { from: number; to: number } | undefined {
  const words = wordsOf(text);
  for (const [start, { from }] of words.entries()) {
    let spelled = '';
    for (const { word, to } of words.slice(start)) {
      spelled += word;
      if (spelled === joined) return { from, to };
      if (!joined.startsWith(spelled)) break;
    }
  }
  return undefined;
}
