import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';

/** A longer line is passed over, in characters: one that never ends would take all memory. */
const MAX_LINE = 16 * 2 ** 20;

/** A line that is not blank; the first has number 1. */
export type JsonLine =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly fault: string };

/** The lines of a JSON Lines file, plain or packed with gzip (which its first bytes say). A file that was cut off ends with what is there of it. */
export async function* jsonLines(file: string): AsyncGenerator<JsonLine> {
  let number = 0;
  try {
    for await (const line of textLines(file)) {
      number += 1;
      if (line === undefined) {
        yield { number, fault: `It has more than ${MAX_LINE} characters.` };
        continue;
      }
      // A byte order mark counts as a blank.
      const text = line.trim();
      if (text) yield parsed(text, number);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield { number: number + 1, fault: 'From here on the packed file is damaged.' };
  }
}

/** How many lines are not blank, up to `most`. */
export async function countLines(file: string, most = Infinity): Promise<number> {
  let count = 0;
  try {
    for await (const line of textLines(file)) {
      if (line?.trim() !== '') count += 1;
      if (count >= most) break;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  return count;
}

function parsed(text: string, number: number): JsonLine {
  try {
    return { number, value: JSON.parse(text) };
  } catch {
    return { number, fault: 'It is not JSON.' };
  }
}

/**
 * Lines end with LF alone: node's readline also ends them at U+2028, which JSON allows within a string.
 * @returns undefined for a line that is too long.
 */
async function* textLines(file: string): AsyncGenerator<string | undefined> {
  // Of a line that is not whole yet.
  let parts: string[] = [];
  let length = 0;
  const take = (part: string) => {
    length += part.length;
    if (length <= MAX_LINE) parts.push(part);
    else parts = [];
  };
  const line = () => {
    const whole = length > MAX_LINE ? undefined : parts.join('');
    parts = [];
    length = 0;
    return whole;
  };
  const bytes = await unpacked(file);
  try {
    for await (const chunk of bytes.setEncoding('utf8')) {
      const [first = '', ...others] = String(chunk).split('\n');
      take(first);
      for (const other of others) {
        yield line();
        take(other);
      }
    }
    if (length > 0) yield line();
  } finally {
    bytes.destroy();
  }
}

async function unpacked(file: string): Promise<Readable> {
  const head = new Uint8Array(2);
  const handle = await open(file);
  try {
    await handle.read(head, 0, 2, 0);
  } finally {
    await handle.close();
  }
  const stream = createReadStream(file);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return stream;
  // Of a download that was cut off, this gives all that came.
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  return pipeline(stream, gunzip, () => {});
}

const isDamage = (error: unknown) => String((error as NodeJS.ErrnoException).code).startsWith('Z_');
