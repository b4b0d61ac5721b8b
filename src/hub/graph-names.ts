import { type FileHandle, open } from 'node:fs/promises';

/** What an ONNX graph calls its inputs and outputs. */
export interface GraphNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Field numbers of onnx.proto3: ModelProto.graph, GraphProto.input and .output, ValueInfoProto.name. */
const GRAPH = 7;
const INPUT = 11;
const OUTPUT = 12;
const NAME = 1;

/** Wire types of Protocol Buffers. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const BLOCK = 64 * 1024;
/** A longer name is none, in bytes. */
const LONGEST = 1024;

/** A file read in blocks from wherever the next field is: the weights, nearly all of it, are passed over. */
class Reader {
  readonly #file: FileHandle;
  #start = 0;
  #block: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async bytes(at: number, length: number): Promise<Buffer> {
    if (at < this.#start || at + length > this.#start + this.#block.length) {
      const block = Buffer.alloc(Math.max(BLOCK, length));
      const { bytesRead } = await this.#file.read(block, 0, block.length, at);
      this.#start = at;
      this.#block = block.subarray(0, bytesRead);
    }
    const from = at - this.#start;
    return this.#block.subarray(from, from + length);
  }

  /** Little-endian groups of seven bits; beyond 2^53 nothing here has meaning. */
  async varint(at: number): Promise<{ value: number; end: number }> {
    const bytes = await this.bytes(at, 10);
    let value = 0;
    for (const [place, byte] of bytes.entries()) {
      value += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80) return { value, end: at + place + 1 };
    }
    throw new Error('No end of a number.');
  }
}

interface Field {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

async function* fields(reader: Reader, from: number, to: number): AsyncGenerator<Field> {
  for (let at = from; at < to; ) {
    const { value: key, end: start } = await reader.varint(at);
    const { value: length, end } =
      (key & 7) === LENGTH ? await reader.varint(start) : await sized(reader, key & 7, start);
    at = end + length;
    if (at > to) throw new Error('A field goes beyond its message.');
    yield { number: Math.floor(key / 8), start: end, end: at };
  }
}

async function sized(reader: Reader, wire: number, at: number): Promise<{ value: number; end: number }> {
  if (wire === VARINT) return { value: 0, end: (await reader.varint(at)).end };
  if (wire === FIXED64) return { value: 8, end: at };
  if (wire === FIXED32) return { value: 4, end: at };
  throw new Error(`Wire type ${wire} is none.`);
}

async function text(reader: Reader, { start, end }: Field): Promise<string> {
  if (end - start > LONGEST) throw new Error('A name is too long.');
  return (await reader.bytes(start, end - start)).toString('utf8');
}

/**
 * Reads the names from the file, which may be of any size, without loading the graph.
 * @throws Error when the file is no ONNX model.
 */
export async function graphNames(path: string): Promise<GraphNames> {
  const file = await open(path);
  try {
    const reader = new Reader(file);
    const names = { inputs: [] as string[], outputs: [] as string[] };
    let graphs = 0;
    for await (const model of fields(reader, 0, (await file.stat()).size)) {
      if (model.number !== GRAPH) continue;
      graphs += 1;
      for await (const part of fields(reader, model.start, model.end)) {
        if (part.number !== INPUT && part.number !== OUTPUT) continue;
        for await (const value of fields(reader, part.start, part.end))
          if (value.number === NAME)
            names[part.number === INPUT ? 'inputs' : 'outputs'].push(await text(reader, value));
      }
    }
    if (graphs !== 1 || names.outputs.length === 0) throw new Error('There is no graph in it.');
    return names;
  } finally {
    await file.close();
  }
}
