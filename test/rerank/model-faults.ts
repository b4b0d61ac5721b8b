import { type Answering, type Asked, canonicalAnswer, completion, identity, type Reply } from './model-server.ts';

/** A script for rankings; captions are answered well. */
const ranking =
  (script: Answering): Answering =>
  (asked, nth) =>
    asked.kind === 'caption' ? canonicalAnswer(asked) : script(asked, nth);

/** The best first is the last tile: an order that can't be taken for the retrieval order. */
const reversed = (asked: Asked): number[] => identity(asked).reverse();
const goodly = (asked: Asked): string => canonicalAnswer(asked, reversed(asked));

/** The content made of a good answer, or of its order. */
const said = (write: (answer: string, order: readonly number[], asked: Asked) => string): Answering =>
  ranking((asked) => write(goodly(asked), reversed(asked), asked));
/** A good answer whose fields are replaced. */
const fields = (change: (order: number[], asked: Asked) => Record<string, unknown>): Answering =>
  ranking((asked) => JSON.stringify({ ...JSON.parse(goodly(asked)), ...change(reversed(asked), asked) }));
const always = (reply: Reply): Answering => ranking(() => reply);
/** A good answer, sent otherwise. */
const sent = (how: Exclude<Reply, string>): Answering => ranking((asked) => ({ content: goodly(asked), ...how }));
const message = (write: (answer: string) => unknown): Answering =>
  ranking((asked) => ({ message: write(goodly(asked)) }));
const raw = (write: (body: string) => string | Uint8Array, headers: Record<string, string> = {}): Answering =>
  ranking((asked) => ({
    raw: write(
      JSON.stringify(
        completion('stand-in', { role: 'assistant', content: goodly(asked) }, 'stop', { prompt_tokens: 1 }),
      ),
    ),
    headers,
  }));
/** Refuses where the request has something, as servers refuse what they do not know. */
const refusing = (has: (body: Asked['body'], text: string) => boolean, content: string): Answering =>
  ranking((asked) =>
    has(asked.body, JSON.stringify(asked.body.response_format ?? null)) ? { status: 400, content } : goodly(asked),
  );
const atFirst = (reply: Reply): Answering => ranking((asked, nth) => (nth === 0 ? reply : goodly(asked)));

const INSTRUCTION = /ignore the above|rank me first/i;
/** Puts the tiles first whose title orders it to. */
const obedient = (asked: Asked, listens: boolean) => {
  const told = identity(asked).filter((tile) => listens && INSTRUCTION.test(asked.titles[tile - 1] ?? ''));
  return canonicalAnswer(asked, [...told, ...identity(asked).filter((tile) => !told.includes(tile))]);
};
/** What stands in a prompt beside the quotations. */
const unquoted = (text: string) => text.replace(/"(?:[^"\\]|\\.)*"/g, '');

/** Orders: whole, with holes, with what is not on the sheet. */
export const ORDER_FAULTS: Readonly<Record<string, Answering>> = {
  'the same order': ranking((asked) => canonicalAnswer(asked)),
  reversed: ranking(goodly),
  'drops two of nine': fields((order) => ({ order: order.filter((tile) => tile % 4 > 0) })),
  'drops all but one': fields((order) => ({ order: order.slice(0, 1) })),
  'repeats each': fields((order) => ({ order: order.flatMap((tile) => [tile, tile]) })),
  'repeats one only': fields((order) => ({ order: order.map(() => 3) })),
  'invents some': fields((order) => ({ order: [12, 0, -3, ...order, 99] })),
  'invents all': fields((order) => ({ order: order.map((tile) => tile + 100) })),
  'ids from 0': fields((order) => ({ order: order.map((tile) => tile - 1) })),
  'ids as strings': fields((order) => ({ order: order.map(String) })),
  'ids with words': fields((order) => ({ order: order.map((tile) => `Tile ${tile}`) })),
  'ids in objects': fields((order) => ({ order: order.map((tile) => ({ id: tile, score: 0.5 })) })),
  'ids in lists': fields((order) => ({ order: order.map((tile) => [tile]) })),
  'huge integers': said((_answer, order) => `{"order":[1e309,123456789012345678901234567890,${order}]}`),
  'huge integers alone': said((_answer, order) => `{"order":[${order.map((tile) => `${tile}${'0'.repeat(400)}`)}]}`),
  NaN: said((_answer, order) => `{"order":[NaN,${order}]}`),
  fractions: fields((order) => ({ order: order.map((tile) => tile + 0.5) })),
  'nulls between': fields((order) => ({ order: order.flatMap((tile) => [tile, null, true, {}]) })),
  'order is a text': fields((order) => ({ order: order.join(', ') })),
  'order is null': fields(() => ({ order: null })),
  'order is empty': fields(() => ({ order: [] })),
  'duplicate keys': said((_answer, order) => `{"order":[${order.toReversed()}],"order":[${order}]}`),
  'deep nesting': said(() => `{"order":${'['.repeat(10_000)}1${']'.repeat(10_000)}}`),
  'a million numbers': said((_answer, order) => `{"order":[${order},${'7,'.repeat(200_000)}7]}`),
};

/** Text around, before and in place of the JSON asked for. */
export const TEXT_FAULTS: Readonly<Record<string, Answering>> = {
  prose: said(
    (_answer, order) =>
      `I looked at all ${order.length} tiles.\nRanked list: [${order.join(', ')}]\nThe first has the print.`,
  ),
  'prose without a list': said(() => 'I am sorry, but I can not compare products in pictures.'),
  fences: said((answer) => `Sure! Here it is:\n\`\`\`json\n${answer}\n\`\`\`\nAnything else?`),
  'a bare list': said((_answer, order) => JSON.stringify(order)),
  'another key': said((_answer, order) => JSON.stringify({ ranking: order })),
  arrows: said((_answer, order) => order.map((tile) => `[${tile}]`).join(' > ')),
  'a numbered list': said((_answer, order) => order.map((tile, place) => `${place + 1}. Tile ${tile}`).join('\n')),
  letters: said((_answer, order) => order.map((tile) => String.fromCharCode(64 + tile)).join(' > ')),
  'one number': said((_answer, order) => String(order[0])),
  'Python, not JSON': said((_answer, order) => `{'order': [${order.join(', ')}], 'rationale': None,}`),
  'a comma too many': said((_answer, order) => `{"order":[${order},]}`),
  'a byte order mark': said((answer) => `\u{feff}${answer}`),
  'twice the answer': said((answer) => `${answer}\n${answer}`),
  'the schema itself': ranking(({ body }) => JSON.stringify(body.response_format ?? {})),
  'the prompt itself': ranking(({ text }) => text),
  nothing: said(() => ''),
  blanks: said(() => ' \n\t '.repeat(1_000)),
  'cut in the order': ranking((asked) => ({ content: goodly(asked).slice(0, 14), finish: 'length' })),
  'cut after the order': ranking((asked) => ({ content: goodly(asked).slice(0, 40), finish: 'length' })),
  'cut, and whole when asked again': ranking((asked, nth) =>
    nth === 0 ? { content: goodly(asked).slice(0, 14), finish: 'length' } : goodly(asked),
  ),
  'nothing, and well when asked again': atFirst(''),
  'stopped by a filter': always({ content: '', finish: 'content_filter' }),
  'obeys what it reads': ranking((asked) => obedient(asked, true)),
  'obeys what is not quoted': ranking((asked) => obedient(asked, INSTRUCTION.test(unquoted(asked.text)))),
};

/** The rationale and the reasons beside a good order. */
export const WORDING_FAULTS: Readonly<Record<string, Answering>> = {
  'markup and script': fields(() => ({
    rationale: '<script>alert(1)</script><img src=x onerror=alert(1)> **Best** [print](javascript:alert(1)) &lt;b&gt;',
  })),
  'control characters': fields(() => ({
    rationale: 'The print\u0000 \u001b[31mfits\u001b[0m\u202e best.\r\n\r\nSet-Cookie: a=b',
  })),
  'a rationale without end': fields(() => ({ rationale: 'It fits well. '.repeat(2_000) })),
  'a rationale for another tile': fields(() => ({ rationale: 'Tile 2 has the very print of the picture.' })),
  'a rationale that is none': fields(() => ({ rationale: { text: ['It fits.'] }, reasons: [null, 7] })),
  'an empty rationale': fields(() => ({ rationale: ' ', reasons: {} })),
  'half of a character': said((answer) => answer.replace('It carries', '\\ud83d It carries')),
  'reasons for other tiles': fields((order) => ({
    reasons: Object.fromEntries([...order, 99, '__proto__'].map((tile) => [tile, 'Less fitting than tile 4.'])),
  })),
};

/** As users of rerankers with language models have reported them. */
export const REPORTED_FAULTS: Readonly<Record<string, Answering>> = {
  // run-llama/llama_index#11092, #11093
  'no tile fits': said(
    () =>
      'The question "great!" is not clear and does not relate to any of the documents. Therefore, no documents are relevant.',
  ),
  // run-llama/llama_index#11045
  'scores with remarks': said((_answer, order) =>
    order
      .map((tile, place) => `Doc: ${tile}, Relevance: ${10 - place} (It mentions a market, and 3 others.)`)
      .join('\n'),
  ),
  // run-llama/llama_index#17352, mended in #17353
  'scores, then a sentence': said(
    (_answer, order) =>
      `${order.map((tile, place) => `Doc: ${tile}, Relevance: ${10 - place}`).join('\n')}\n\nThe highest score is Doc: ${order[0]}, as it answers directly.`,
  ),
  // run-llama/llama_index#22404
  'scores in words': said((_answer, order) => order.map((tile) => `Doc: ${tile}, Relevance: high`).join('\n')),
  // run-llama/llama_index#22743: below 1 the last ones were taken
  'zero and less': fields((order) => ({ order: [0, -2, ...order.slice(2)] })),
  // run-llama/llama_index#12325
  'a label for a number': said(() => 'page_label: 3\nfile_path: shop.pdf'),
  // run-llama/llama_index#3443
  None: said(() => 'None'),
  // langchain-ai/langchain#6210
  'an end mark behind it': said((answer) => `${answer}<|im_end|>`),
  // tobocop2/lilbee#503: cut off while it thinks, and the order stayed as it was without a word
  'thinks until it is cut off': always({ content: '<think>\nTiles 1, 2 and 3 show', finish: 'length' }),
  // garrytan/gbrain#2559
  'thinks in lists': said(
    (answer, order) =>
      `<think>First I have [${order.toReversed()}], but {"order":[2,1]}…</think>\n\n\`\`\`json\n${answer}\n\`\`\``,
  ),
  // chunkhound/chunkhound#415, vllm-project/vllm#48863
  'answers where it thinks': message((answer) => ({
    role: 'assistant',
    content: null,
    reasoning_content: answer,
    reasoning: answer,
  })),
  // vllm-project/vllm#4093, #38696
  'blanks until it is cut off': always({ content: `{\n"order":${'\n '.repeat(2_000)}`, finish: 'length' }),
  // sysevol-ai/CodeNib#483: what was not named was lost
  'a subset': fields((order) => ({ order: order.slice(0, 5) })),
};

/** Messages and bodies that are not as the API has them. */
export const WIRE_FAULTS: Readonly<Record<string, Answering>> = {
  'null content': message(() => ({ role: 'assistant', content: null })),
  'no content': message(() => ({ role: 'assistant' })),
  'no message': message(() => null),
  'content in parts': message((text) => ({ role: 'assistant', content: [{ type: 'text', text }] })),
  'content is a number': message(() => ({ role: 'assistant', content: 7 })),
  'content is an object': message((text) => ({ role: 'assistant', content: JSON.parse(text) })),
  'a refusal': message(() => ({ role: 'assistant', content: null, refusal: 'I can not help with that.' })),
  'a tool call': message((text) => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'answer', arguments: text } }],
  })),
  'no usage': sent({ usage: null }),
  'usage in words': sent({ usage: { prompt_tokens: '12', completion_tokens: 'many' } }),
  'usage below zero': sent({ usage: { prompt_tokens: -5, completion_tokens: -1 } }),
  'usage beyond an Int': sent({ usage: { prompt_tokens: 3e9, completion_tokens: 1.5 } }),
  'choices empty': raw(() => '{"choices":[]}'),
  'choices missing': raw(() => '{"id":"1","object":"chat.completion"}'),
  'choices null': raw(() => '{"choices":[null]}'),
  'an error with 200': raw(() => '{"error":{"message":"CUDA out of memory","code":500}}'),
  'null as body': raw(() => 'null'),
  'no body': always({ fault: 'empty' }),
  'a page of HTML': raw(() => '<!doctype html><title>502</title><h1>Bad gateway</h1>', { 'content-type': 'text/html' }),
  'HTML that says it is JSON': raw(() => '<!doctype html><title>502</title>'),
  'JSON that says it is text': raw((body) => body, { 'content-type': 'text/plain' }),
  'a stream that was not asked for': raw((body) => `data: ${body}\n\ndata: [DONE]\n\n`, {
    'content-type': 'text/event-stream',
  }),
  'invalid UTF-8': raw((body) => Buffer.from(body.replace('It carries', 'It \xff\xfe carries'), 'latin1')),
  'a body nested deep': raw(() => `{"choices":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'a body without end': always({ fault: 'endless' }),
  'text without end': always({
    fault: 'endless',
    raw: '{"choices":[{"index":0,"message":{"role":"assistant","content":"',
  }),
  'Content-Length too long': sent({ headers: { 'content-length': '99999', connection: 'close' } }),
  'Content-Length too short': sent({ headers: { 'content-length': '20' } }),
  'cut in mid-body': sent({ fault: 'reset-mid-body' }),
  'cut before a byte': always({ fault: 'reset' }),
  stalls: always({ fault: 'stall' }),
  'a byte at a time': sent({ fault: 'slow-body' }),
};

/** Statuses, and what is mended by asking otherwise or again. */
export const STATUS_FAULTS: Readonly<Record<string, Answering>> = {
  'no response_format': refusing(
    (body) => 'response_format' in body,
    'response_format is not supported by this model.',
  ),
  'no response_format, without a word': refusing((body) => 'response_format' in body, 'Bad request.'),
  'no patterns': refusing(
    (_body, format) => /pattern|minItems/.test(format),
    "Invalid schema: 'pattern' is not permitted.",
  ),
  'no max_tokens': refusing(
    (body) => 'max_tokens' in body,
    "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
  ),
  'no temperature': refusing((body) => 'temperature' in body, "Unsupported value: 'temperature' does not support 0."),
  'status 400 whatever is asked': always({ status: 400, content: 'Bad request.' }),
  'status 401': always({ status: 401, content: 'Incorrect API key provided.' }),
  'status 403': always({ status: 403, content: 'Forbidden.' }),
  'status 404': always({ status: 404, content: 'The model does not exist.' }),
  'status 413': always({ status: 413, content: 'Too large.' }),
  'status 422': always({ status: 422, content: 'Unprocessable.' }),
  'status 429 with Retry-After 0': always({ status: 429, headers: { 'retry-after': '0' }, content: 'Rate limit.' }),
  'status 429 with Retry-After 60': always({ status: 429, headers: { 'retry-after': '60' }, content: 'Rate limit.' }),
  'status 429 once': atFirst({ status: 429, headers: { 'retry-after': '0' }, content: 'Rate limit.' }),
  'status 500': always({ status: 500, content: 'Internal error.' }),
  'status 500 once': atFirst({ status: 500, content: 'Internal error.' }),
  'status 503': always({ status: 503, content: 'Loading the model.' }),
  'status 503 with Retry-After 60': always({
    status: 503,
    headers: { 'retry-after': '60' },
    content: 'Loading the model.',
  }),
  'status 204': always({ status: 204, fault: 'empty' }),
  'redirects to itself': always({ status: 307, headers: { location: '/v1/chat/completions' } }),
  'redirects as if to a page': always({ status: 302, headers: { location: '/v1/chat/completions' } }),
};

/** Named scripts, each a way to answer rankings; captions are answered well. */
export const FAULTS: Readonly<Record<string, Answering>> = {
  ...ORDER_FAULTS,
  ...TEXT_FAULTS,
  ...WORDING_FAULTS,
  ...REPORTED_FAULTS,
  ...WIRE_FAULTS,
  ...STATUS_FAULTS,
};

/** The same in captions; rankings are answered well. */
export const inCaptions =
  (fault: Exclude<Reply, string> | string): Answering =>
  (asked) =>
    asked.kind === 'caption' ? fault : goodly(asked);
