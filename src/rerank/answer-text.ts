/** So much of an answer is read, in UTF-16 units. The longest one asked for has a thirtieth of it. */
const MAX_READ = 65_536;

export interface AnswerText {
  /** Without what a reasoning model thought before it. */
  readonly text: string;
  /** Whether it may end in the middle of something. */
  readonly cut: boolean;
}

/**
 * The text of an answer: the content itself, or its text parts. Empty where there is none.
 * @param content whatever stands in the message.
 */
export function answerText(content: unknown, cutOff: boolean): AnswerText {
  const whole = typeof content === 'string' ? content : Array.isArray(content) ? textOf(content) : '';
  const text = whole.slice(0, MAX_READ).trim();
  return { text: isJson(text) ? text : withoutThoughts(text), cut: cutOff || whole.length > MAX_READ };
}

function textOf(parts: readonly unknown[]): string {
  let text = '';
  for (const part of parts) {
    if (text.length > MAX_READ) break;
    if (typeof part === 'string') text += part;
    else if (typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string')
      if (!('type' in part) || part.type === 'text' || part.type === 'output_text') text += part.text;
  }
  return text;
}

/** Chat templates that open the thoughts in the prompt leave only their end in the answer; thoughts without an end have no answer behind them. */
function withoutThoughts(text: string): string {
  const end = text.lastIndexOf('</think>');
  if (end >= 0) return text.slice(end + '</think>'.length).trim();
  return text.startsWith('<think>') ? '' : text;
}

// Names of the commonest languages only: the first word of an answer in fences is no language.
const FENCE = /^```(?:jsonc?|json5|javascript|js|python|text|txt|plaintext|markdown|md)?(?=[\s{["])/i;

/** What stands in ``` fences that the text begins with and ends with, or with none; else the text. */
export function unfenced(text: string): string {
  const opening = FENCE.exec(text)?.[0].length;
  return opening === undefined ? text : text.slice(opening).replace(/```$/, '').trim();
}

/** The value of a text that is JSON as a whole, in fences or not; undefined where it is none. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(unfenced(text));
  } catch {
    return undefined;
  }
}

const isJson = (text: string): boolean => jsonValue(text) !== undefined;
