import type { Asked } from './model-server.ts';

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

type Json = Record<string, unknown>;

const JPEG_URI = /^data:image\/jpeg;base64,([A-Za-z0-9+/]+={0,2})$/;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectAt = (value: unknown, key: string): Json => {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
};

/** What is wrong with a request, as the strictest of the servers sees it, or what it asks. */
export function parse(body: string | undefined, model: string): Asked | Refusal {
  const bad = (message: string): Refusal => ({ status: 400, message });
  if (body === undefined) return { status: 413, message: 'The request is too large.' };
  let asked: unknown;
  try {
    asked = JSON.parse(body);
  } catch {
    return bad('The request is not JSON.');
  }
  if (!isObject(asked)) return bad('The request is not an object.');
  if (asked.model !== model)
    return { status: 404, message: `The model ${JSON.stringify(asked.model)} does not exist.` };
  if (asked.stream) return bad('This server does not stream.');
  if (!Array.isArray(asked.messages) || asked.messages.length === 0) return bad('messages is empty.');
  for (const cap of [asked.max_tokens, asked.max_completion_tokens])
    if (cap !== undefined && !(Number.isInteger(cap) && Number(cap) > 0))
      return bad('max_tokens is not a number of tokens.');
  const text: string[] = [];
  const pictures: Uint8Array[] = [];
  for (const { content } of asked.messages.filter(isObject)) {
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (!Array.isArray(parts) || parts.length === 0) return bad('A message has no content.');
    for (const part of parts) {
      if (part?.type === 'text' && typeof part.text === 'string') text.push(part.text);
      else if (part?.type === 'image_url') {
        const file = jpegOf(objectAt(part, 'image_url').url);
        if (!file) return bad('image_url is not a JPEG in a base64 data URI.');
        pictures.push(file);
      } else return bad(`A part of a message is of no known type: ${part?.type}.`);
    }
  }
  const format = objectAt(asked, 'response_format');
  const { name, strict, schema } = objectAt(format, 'json_schema');
  if (format.type === 'json_schema' && (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name) || !isObject(schema)))
    return bad('response_format: a json_schema has a name and a schema.');
  if (strict && isLoose(schema))
    return bad(
      'response_format: a strict schema requires every property and allows no other (additionalProperties: false).',
    );
  return { ...meaning(text.join('\n'), schema), pictures, body: asked };
}

function jpegOf(url: unknown): Uint8Array | undefined {
  const file = Buffer.from((typeof url === 'string' && JPEG_URI.exec(url)?.[1]) || '', 'base64');
  return file.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff)) ? file : undefined;
}

/** Strict structured output demands of every object that it lists all its properties as required and is closed. */
function isLoose(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const properties = objectAt(schema, 'properties');
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const open = schema.additionalProperties !== false || Object.keys(properties).some((key) => !required.includes(key));
  return (schema.type === 'object' && open) || [...Object.values(properties), schema.items].some(isLoose);
}

/** From the schema where there is one, else from the words. */
function meaning(text: string, schema: unknown): Omit<Asked, 'pictures' | 'body'> {
  const properties = objectAt(schema, 'properties');
  const titles: (string | undefined)[] = [];
  for (const [, tile, quoted] of text.matchAll(/^(?:tile )?(\d{1,2}): ("(?:[^"\\]|\\.)*")/gim))
    titles[Number(tile) - 1] = JSON.parse(quoted!);
  const ranking = isObject(schema) ? 'order' in properties : /\btiles\b/i.test(text);
  const wanted = (key: string) => ranking && (isObject(schema) ? key in properties : text.includes(`"${key}"`));
  const told = objectAt(properties, 'order').maxItems ?? /\bTiles: (\d+)/.exec(text)?.[1] ?? titles.length;
  return {
    kind: ranking ? 'ranking' : 'caption',
    tiles: ranking ? Number(told) : 0,
    text,
    wants: { rationale: wanted('rationale'), reasons: wanted('reasons'), caption: wanted('caption') },
    titles: Array.from({ length: ranking ? Number(told) : 0 }, (_, place) => titles[place]),
  };
}
