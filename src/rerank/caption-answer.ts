import { answerText, jsonValue, unfenced } from './answer-text.ts';
import { CutString, lenientValues } from './lenient-json.ts';
import { plainSentence, wholeWords } from './plain-text.ts';
import { ownValue } from './tile-lists.ts';

/** Longest caption, in characters. */
const MAX_CAPTION = 300;
const KEYS = ['caption', 'description', 'answer', 'text'];
const LABEL = /^(?:the )?(?:caption|description|answer)\s?:\s*/i;
const QUOTED = /^(["“'‘])(.*)["”'’]$/su;
/** Words about the question in place of a caption. */
const REFUSED =
  /^(?:(?:n\/?a|none|null|nothing|unknown|undefined)\W*$|no (?:caption|image|picture)\b|i(?:['’]?m| am) (?:sorry|unable|not able)\b|sorry[,.]|unfortunately\b|as an ai\b|i (?:can(?:['’]t|not| not)|couldn['’]t|could not|don['’]t|do not)\b|unable to\b|there(?:['’]s| is) no (?:image|picture)\b|please (?:provide|upload)\b)/i;

/**
 * Reads a caption from whatever a model answered: words, or JSON with a `caption`, in fences or not. Of one that was cut off the whole words are kept.
 * Null where there is none, and where it is a refusal or carries markup or links. Never throws.
 */
export function readCaption(content: unknown, finish: string | null): string | null {
  const cutOff = finish === 'length';
  const { text } = answerText(content, cutOff);
  const written = text === '' ? ownValue(content, KEYS) : captionIn(text, cutOff);
  const whole = written instanceof CutString ? wholeWords(written.text) : written;
  if (typeof whole !== 'string') return null;
  const bare = whole.trim().replace(LABEL, '').replace(QUOTED, '$2');
  return REFUSED.test(bare) ? null : plainSentence(bare, MAX_CAPTION);
}

function captionIn(text: string, cutOff: boolean): unknown {
  const value = jsonValue(text);
  if (typeof value === 'string') return value;
  const objects = typeof value === 'object' ? [value] : lenientValues(text, cutOff).map((found) => found.value);
  const named = objects.map((object) => ownValue(object, KEYS)).find((own) => own !== undefined);
  const words = unfenced(text);
  if (named !== undefined || typeof value === 'object' || words.startsWith('{')) return named;
  return cutOff ? new CutString(words) : words;
}
