export type Json = Record<string, unknown>;
export type Kind = 'text' | 'picture' | 'both';

/** What one vector is asked of. */
export interface AskedItem {
  readonly text?: string;
  /** A JPEG file. */
  readonly picture?: Uint8Array;
}

export interface AskedVectors {
  readonly kind: Kind;
  readonly items: readonly AskedItem[];
  /** Whether it is a conversation, which the model's template frames. */
  readonly framed: boolean;
  readonly base64: boolean;
  readonly body: Json;
}

export interface Refusal {
  readonly status: number;
  readonly body: unknown;
}

/** Words are tokens here. */
export const tokensOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const JPEG_URI = /^data:image\/jpeg;base64,([A-Za-z0-9+/]+={0,2})$/;
function jpegOf(uri: unknown): Uint8Array | undefined {
  const file = Buffer.from((typeof uri === 'string' && JPEG_URI.exec(uri)?.[1]) || '', 'base64');
  return file.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff)) ? file : undefined;
}

const openai = (status: number, message: string): Refusal => ({
  status,
  body: { error: { message, type: status === 404 ? 'NotFoundError' : 'BadRequestError', param: null, code: status } },
});
/** FastAPI quotes what it was sent. */
const fastapi = (loc: string, msg: string, input: unknown): Refusal => ({
  status: 422,
  body: { detail: [{ type: 'value_error', loc: ['body', ...loc.split('.')], msg, input }] },
});

const unknownField = (body: Json, known: readonly string[]) => Object.keys(body).find((name) => !known.includes(name));

/** As vLLM's POST /v1/embeddings reads it, and stricter where vLLM passes over what it does not know. */
export function readVllm(
  body: Json,
  server: { model: string; maxTokens: number; joint: boolean; pictures: boolean },
): AskedVectors | Refusal {
  const field = unknownField(body, ['model', 'input', 'messages', 'encoding_format', 'truncate_prompt_tokens']);
  if (field) return openai(400, `Unknown field ${field}.`);
  if (body.model !== server.model) return openai(404, `The model \`${body.model}\` does not exist.`);
  if ((body.input === undefined) === (body.messages === undefined)) return openai(400, 'Either input or messages.');
  const base64 = body.encoding_format === 'base64';
  const cut = body.truncate_prompt_tokens;
  if (cut !== undefined && !(Number.isInteger(cut) && Number(cut) >= -1))
    return openai(400, 'truncate_prompt_tokens must be at least -1.');
  const read = body.messages === undefined ? fromInput(body.input) : fromMessages(body.messages);
  if ('status' in read) return read;
  const { kind, items } = read;
  if (kind !== 'text' && !server.pictures)
    return openai(400, `At most 0 image(s) may be provided in one prompt. ${server.model} is not a multimodal model`);
  if (kind === 'both' && !server.joint) return openai(400, 'CLIP accepts text-only or image-only inputs, not both!');
  if (kind !== 'text' && cut !== undefined)
    return openai(400, 'Cutting a prompt with a picture cuts the placeholders of the picture.');
  for (const { text } of items)
    if (text !== undefined && cut === undefined && tokensOf(text).length > server.maxTokens)
      return openai(400, `This model's maximum context length is ${server.maxTokens} tokens.`);
  return { kind, items, framed: body.messages !== undefined, base64, body };
}

function fromInput(input: unknown): { kind: Kind; items: AskedItem[] } | Refusal {
  const texts: unknown[] = Array.isArray(input) ? input : [input];
  if (texts.length === 0 || !texts.every((text): text is string => typeof text === 'string' && text !== ''))
    return openai(400, 'input is no text and no list of texts.');
  return { kind: 'text', items: texts.map((text) => ({ text })) };
}

function fromMessages(messages: unknown): { kind: Kind; items: AskedItem[] } | Refusal {
  if (!Array.isArray(messages) || messages.length !== 1) return openai(400, 'One message is one vector.');
  const [{ role, content }] = messages as [Json];
  if (role !== 'user' || !Array.isArray(content) || content.length === 0)
    return openai(400, 'A message has no content.');
  const texts = content.filter(({ type }) => type === 'text').map(({ text }) => text);
  const pictures = content
    .filter(({ type }) => type === 'image_url')
    .map(({ image_url: image }) => jpegOf(isObject(image) ? image.url : undefined));
  if (texts.length + pictures.length !== content.length || texts.length > 1 || pictures.length > 1)
    return openai(400, 'A message has parts of no known type, or too many.');
  if (pictures.some((picture) => picture === undefined)) return openai(400, 'cannot identify image file');
  if (texts.some((text) => typeof text !== 'string' || text === '')) return openai(400, 'A text is none.');
  const kind = texts.length === 0 ? 'picture' : pictures.length === 0 ? 'text' : 'both';
  return {
    kind,
    items: [{ ...(texts[0] !== undefined && { text: texts[0] }), ...(pictures[0] && { picture: pictures[0] }) }],
  };
}

/** As Infinity's POST /embeddings reads it: one model, which answers to any name. */
export function readInfinity(body: Json, server: { pictures: boolean }): AskedVectors | Refusal {
  const field = unknownField(body, ['model', 'input', 'modality', 'encoding_format', 'dimensions', 'user']);
  if (field) return fastapi(field, 'Extra inputs are not permitted', body);
  const { input, modality = 'text', encoding_format: format = 'float' } = body;
  if (typeof body.model !== 'string') return fastapi('model', 'Input should be a valid string', body);
  if (format !== 'float' && format !== 'base64') return fastapi('encoding_format', 'float or base64', format);
  const strings: unknown[] = Array.isArray(input) ? input : [input];
  if (!strings.every((one): one is string => typeof one === 'string'))
    return fastapi(`${modality}.input`, 'Field required', body);
  const base64 = format === 'base64';
  if (modality === 'text') {
    if (strings.length < 1 || strings.length > 2048) return fastapi('text.input', 'List is too long', strings.length);
    return { kind: 'text', items: strings.map((text) => ({ text: text.trim() })), framed: false, base64, body };
  }
  if (modality !== 'image') return fastapi('modality', 'text, image or audio', modality);
  if (strings.length < 1 || strings.length > 32)
    return fastapi('image.input', 'List should have at most 32 items', null);
  if (!server.pictures)
    return openai(400, 'ModelNotDeployedError: the model does not support `embed` for modality `image`.');
  const pictures = strings.map(jpegOf);
  if (pictures.some((picture) => !picture))
    return openai(400, "<class 'infinity_emb.primitives.ImageCorruption'> -> error decoding data URI");
  return { kind: 'picture', items: pictures.map((picture) => ({ picture: picture! })), framed: false, base64, body };
}
