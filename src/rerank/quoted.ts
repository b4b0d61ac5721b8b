// Control characters, and those that turn, hide or carry text: they have no business in a prompt.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{DI}\u2028\u2029]+/gu;

/**
 * What somebody else wrote, as data in a prompt: one line, in JSON's quotes, so that it can't end the quotation, and at most `max` characters of it.
 */
export function quoted(text: string, max: number): string {
  const line = text.replace(UNSEEN, ' ').replace(/\s+/gu, ' ').trim();
  const characters = [...line];
  return JSON.stringify(characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : line);
}
