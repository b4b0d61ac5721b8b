/** What the client gets. Left out: no fallback, no repairs, one call, a rationale where the order is the model's. */
export interface Row {
  readonly status: 'APPLIED' | 'REPAIRED' | 'FELL_BACK';
  readonly fallback?: 'TIMEOUT' | 'UNAVAILABLE' | 'BUSY' | 'UNUSABLE_ANSWER';
  readonly repairs?: readonly string[];
  readonly calls?: number;
  readonly rationale?: 'told' | null;
  /** Places of the hits, from 1. By default what the scripts' good order is, or the retrieval order where it fell back. */
  readonly order?: readonly number[];
  /** Whether the model told its tokens; by default it does. */
  readonly tokens?: false;
}

const APPLIED: Row = { status: 'APPLIED' };
const repaired = (...repairs: string[]): Row => ({ status: 'REPAIRED', repairs });
/** Asked again, and no better. */
const UNUSABLE: Row = { status: 'FELL_BACK', fallback: 'UNUSABLE_ANSWER', calls: 2 };
const UNAVAILABLE: Row = { status: 'FELL_BACK', fallback: 'UNAVAILABLE', calls: 2, tokens: false };
const TIMEOUT: Row = { status: 'FELL_BACK', fallback: 'TIMEOUT', tokens: false };
/** Places of the hits, from 1. */
export const IN_ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9];
export const REVERSED = IN_ORDER.toReversed();
const MALFORMED = 'MALFORMED_ANSWER';

/** By the script's name. */
export const ROWS: Readonly<Record<string, Row>> = {
  'the same order': { ...APPLIED, order: IN_ORDER },
  reversed: APPLIED,
  'drops two of nine': { ...repaired('MISSING_IDS'), order: [9, 7, 6, 5, 3, 2, 1, 4, 8] },
  'drops all but one': UNUSABLE,
  'repeats each': repaired('DUPLICATE_IDS'),
  'repeats one only': UNUSABLE,
  'invents some': { ...repaired('UNKNOWN_IDS', 'RATIONALE_DROPPED'), rationale: null },
  'invents all': UNUSABLE,
  // Nine numbers from 0 to 8 can only mean that; whose reason is whose they do not say.
  'ids from 0': repaired(MALFORMED, 'RATIONALE_DROPPED'),
  'ids as strings': APPLIED,
  'ids with words': APPLIED,
  'ids in objects': APPLIED,
  'ids in lists': APPLIED,
  'huge integers': { ...repaired('UNKNOWN_IDS'), rationale: null },
  'huge integers alone': UNUSABLE,
  NaN: { ...repaired('UNKNOWN_IDS', MALFORMED), rationale: null },
  fractions: UNUSABLE,
  'nulls between': repaired('UNKNOWN_IDS'),
  'order is a text': repaired(MALFORMED),
  'order is null': UNUSABLE,
  'order is empty': UNUSABLE,
  'duplicate keys': { ...APPLIED, rationale: null },
  'deep nesting': UNUSABLE,
  'a million numbers': { ...repaired('DUPLICATE_IDS', MALFORMED), rationale: null },

  prose: { ...repaired(MALFORMED), rationale: null },
  'prose without a list': UNUSABLE,
  fences: repaired(MALFORMED),
  'a bare list': { ...APPLIED, rationale: null },
  'another key': { ...APPLIED, rationale: null },
  arrows: { ...repaired(MALFORMED), rationale: null },
  'a numbered list': { ...repaired(MALFORMED), rationale: null },
  letters: UNUSABLE,
  'one number': UNUSABLE,
  'Python, not JSON': { ...repaired(MALFORMED), rationale: null },
  'a comma too many': { ...repaired(MALFORMED), rationale: null },
  'a byte order mark': APPLIED,
  'twice the answer': repaired(MALFORMED),
  'the schema itself': UNUSABLE,
  'the prompt itself': UNUSABLE,
  nothing: UNUSABLE,
  blanks: UNUSABLE,
  'cut in the order': UNUSABLE,
  'cut after the order': { ...repaired(MALFORMED), rationale: null },
  'cut, and whole when asked again': { ...APPLIED, calls: 2 },
  'nothing, and well when asked again': { ...APPLIED, calls: 2 },
  'stopped by a filter': UNUSABLE,
  'obeys what it reads': { ...APPLIED, order: IN_ORDER },
  'obeys what is not quoted': { ...APPLIED, order: IN_ORDER },

  'markup and script': { ...APPLIED, repairs: ['RATIONALE_DROPPED'], rationale: null },
  'control characters': APPLIED,
  'a rationale without end': APPLIED,
  'a rationale for another tile': { ...APPLIED, repairs: ['RATIONALE_DROPPED'], rationale: null },
  'a rationale that is none': { ...APPLIED, repairs: ['RATIONALE_DROPPED'], rationale: null },
  'an empty rationale': { ...APPLIED, rationale: null },
  'half of a character': APPLIED,
  'reasons for other tiles': { ...APPLIED, repairs: ['RATIONALE_DROPPED'] },

  'no tile fits': UNUSABLE,
  'scores with remarks': { ...repaired(MALFORMED), rationale: null },
  'scores, then a sentence': { ...repaired(MALFORMED), rationale: null },
  'scores in words': { ...repaired(MALFORMED), rationale: null },
  'zero and less': {
    ...repaired('MISSING_IDS', 'UNKNOWN_IDS', 'RATIONALE_DROPPED'),
    order: [7, 6, 5, 4, 3, 2, 1, 8, 9],
    rationale: null,
  },
  'a label for a number': UNUSABLE,
  None: UNUSABLE,
  'an end mark behind it': repaired(MALFORMED),
  'thinks until it is cut off': UNUSABLE,
  'thinks in lists': APPLIED,
  'answers where it thinks': UNUSABLE,
  'blanks until it is cut off': UNUSABLE,
  'a subset': { ...repaired('MISSING_IDS'), order: [9, 8, 7, 6, 5, 1, 2, 3, 4] },

  'null content': UNUSABLE,
  'no content': UNUSABLE,
  'no message': UNUSABLE,
  'content in parts': APPLIED,
  'content is a number': UNUSABLE,
  'content is an object': repaired(MALFORMED),
  'a refusal': UNUSABLE,
  'a tool call': UNUSABLE,
  'no usage': { ...APPLIED, tokens: false },
  'usage in words': { ...APPLIED, tokens: false },
  'usage below zero': { ...APPLIED, tokens: false },
  'usage beyond an Int': { ...APPLIED, tokens: false },
  'choices empty': UNAVAILABLE,
  'choices missing': UNAVAILABLE,
  'choices null': UNAVAILABLE,
  'an error with 200': UNAVAILABLE,
  'null as body': UNAVAILABLE,
  'no body': UNAVAILABLE,
  'a page of HTML': UNAVAILABLE,
  'HTML that says it is JSON': UNAVAILABLE,
  'JSON that says it is text': { ...APPLIED, tokens: false },
  'a stream that was not asked for': UNAVAILABLE,
  'invalid UTF-8': { ...APPLIED, repairs: ['RATIONALE_DROPPED'], rationale: null, tokens: false },
  'a body nested deep': { ...UNUSABLE, tokens: false },
  'a body without end': UNAVAILABLE,
  'text without end': UNAVAILABLE,
  'Content-Length too long': UNAVAILABLE,
  'Content-Length too short': UNAVAILABLE,
  'cut in mid-body': UNAVAILABLE,
  'cut before a byte': UNAVAILABLE,
  stalls: TIMEOUT,
  'a byte at a time': TIMEOUT,

  'no response_format': { ...APPLIED, calls: 2 },
  'no response_format, without a word': { ...APPLIED, calls: 3 },
  'no patterns': { ...APPLIED, calls: 2 },
  'no max_tokens': { ...APPLIED, calls: 2 },
  'no temperature': { ...APPLIED, calls: 2 },
  // Without a word of what is wrong, what may be left out is left out first.
  'status 400 whatever is asked': { ...UNAVAILABLE, calls: 3 },
  'status 401': { ...UNAVAILABLE, calls: 1 },
  'status 403': { ...UNAVAILABLE, calls: 1 },
  'status 404': { ...UNAVAILABLE, calls: 1 },
  'status 413': { ...UNAVAILABLE, calls: 1 },
  'status 422': { ...UNAVAILABLE, calls: 3 },
  'status 429 with Retry-After 0': { ...UNAVAILABLE, fallback: 'BUSY' },
  'status 429 with Retry-After 60': { ...UNAVAILABLE, fallback: 'BUSY', calls: 1 },
  'status 429 once': { ...APPLIED, calls: 2 },
  'status 500': UNAVAILABLE,
  'status 500 once': { ...APPLIED, calls: 2 },
  'status 503': UNAVAILABLE,
  'status 503 with Retry-After 60': { ...UNAVAILABLE, calls: 1 },
  'status 204': UNAVAILABLE,
  'redirects to itself': { ...UNAVAILABLE, calls: 1 },
  'redirects as if to a page': { ...UNAVAILABLE, calls: 1 },
};
