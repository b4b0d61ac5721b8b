import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';

/** The thread of heic-decoder.ts: HEVC decoding in wasm blocks, so it happens here. One picture at a time, in the order of the messages. */
export interface HeicTask {
  readonly bytes: Uint8Array;
  /** Upright size by the file's header: tells the main picture from thumbnails and other frames. */
  readonly width: number;
  readonly height: number;
  readonly maxPixels: number;
}

export type HeicAnswer =
  /** RGBA. `heapBytes`: what the wasm heap has grown to; it never shrinks again. */
  | {
      readonly ok: true;
      readonly width: number;
      readonly height: number;
      readonly rgba: Uint8Array;
      readonly heapBytes: number;
    }
  | { readonly ok: false; readonly why: 'damaged' | 'too large'; readonly detail: string };

export interface HeicThreadData {
  /** A small file can claim a huge frame. Past this many bytes the heap may not grow, and the decode fails as one without memory. */
  readonly maxHeap: number;
}
const { maxHeap } = workerData as HeicThreadData;

let heapBytes = 0;
let outgrown = false;
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
  const size = this.buffer.byteLength + pages * 65_536;
  outgrown = size > maxHeap;
  if (outgrown) throw new RangeError('The heap may not grow further.');
  heapBytes = size;
  return grow.call(this, pages);
};
// libheif prints what it thinks of a file, the file's own words among it. The library keeps these functions when it loads, so it is loaded after.
console.log = () => {};
console.error = () => {};
const { default: heic } = await import('heic-decode');

async function decode({ bytes, width, height, maxPixels }: HeicTask): Promise<HeicAnswer> {
  outgrown = false;
  const frames = await heic.all({ buffer: bytes });
  try {
    const frame = frames.find((each) => each.width === width && each.height === height) ?? frames[0];
    if (!frame) return { ok: false, why: 'damaged', detail: 'no picture in it' };
    if (frame.width * frame.height > maxPixels)
      return { ok: false, why: 'too large', detail: `${frame.width} x ${frame.height} pixels` };
    const { data, ...size } = await frame.decode();
    return { ok: true, ...size, rgba: new Uint8Array(data.buffer), heapBytes };
  } finally {
    frames.dispose();
  }
}

if (parentPort) {
  const port = parentPort;
  while (true) {
    const [task] = (await once(port, 'message')) as [HeicTask];
    const answer = await decode(task).catch((error: unknown): HeicAnswer => {
      if (outgrown) return { ok: false, why: 'too large', detail: 'it needs more memory than one picture gets' };
      // A trap leaves the wasm instance in an unknown state: die, and be replaced.
      if (error instanceof WebAssembly.RuntimeError) throw error;
      return { ok: false, why: 'damaged', detail: error instanceof Error ? error.message : 'unknown' };
    });
    port.postMessage(answer, answer.ok ? [answer.rgba.buffer as ArrayBuffer] : []);
  }
}
