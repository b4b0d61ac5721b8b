import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { FileUpload } from 'graphql-upload-ts';
import { MargayError } from '../errors.ts';
import { abortable } from '../policy/deadline.ts';

export interface PictureUploadOptions {
  /** The argument, as the client wrote it. */
  readonly argument: string;
  /** Most bytes of a picture. Never more than this and one chunk are held. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const SEND = 'Send a file by the GraphQL multipart request specification, or a data:image/...;base64, URI.';

/**
 * The bytes of what the Upload scalar carries: a file of a multipart request, or a `data:` URI.
 * @throws MargayError BAD_INPUT (neither of the two, or no base64), IMAGE_TOO_LARGE, BAD_IMAGE (empty), BAD_UPLOAD (cut off on its way); the signal's reason.
 */
export async function readPicture(value: unknown, options: PictureUploadOptions): Promise<Uint8Array> {
  options.signal.throwIfAborted();
  const bytes = typeof value === 'string' ? fromDataUri(value, options) : await fromFile(value, options);
  if (bytes.length === 0)
    throw new MargayError('BAD_IMAGE', `"${options.argument}" is an empty file (0 bytes).`, {
      argument: options.argument,
      remedy: 'Send a picture.',
    });
  return bytes;
}

function fromDataUri(uri: string, options: PictureUploadOptions): Uint8Array {
  const { argument, maxBytes } = options;
  // A type may carry parameters, and none of them matter: what it is, the bytes say.
  const head = /^data:image\/[a-z0-9.+-]+(?:;[a-z0-9-]+=[^;,]*)*;base64,/i.exec(uri.slice(0, 256))?.[0];
  if (!head)
    throw new MargayError('BAD_INPUT', `"${argument}" is neither a file nor a data: URI of a picture.`, {
      argument,
      remedy: SEND,
    });
  const length = uri.length - head.length;
  const padding = uri.endsWith('==') ? 2 : uri.endsWith('=') ? 1 : 0;
  if ((length / 4) * 3 - padding > maxBytes) throw tooLarge(options);
  const body = uri.slice(head.length);
  // Buffer.from passes over what is not base64, so that a broken URI would become another picture.
  if (length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body))
    throw new MargayError('BAD_INPUT', `"${argument}" is a data: URI whose base64 is broken.`, {
      argument,
      remedy: 'Encode the file with standard base64 (A-Z a-z 0-9 + /), padded with "=", without line breaks.',
    });
  return Buffer.from(body, 'base64');
}

async function fromFile(value: unknown, options: PictureUploadOptions): Promise<Uint8Array> {
  const { argument, signal } = options;
  const arrival = Promise.resolve(hasPromise(value) ? value.promise : value);
  const file = await abortable(arrival, signal).catch((error) => refuse(error, 'never came', options));
  if (!isFile(file))
    throw new MargayError('BAD_INPUT', `"${argument}" is neither a file nor a data: URI.`, { argument, remedy: SEND });
  let stream: Readable | undefined;
  const onAbort = () => stream?.destroy(signal.reason instanceof Error ? signal.reason : new Error('Aborted.'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    // It throws by itself when the request has failed meanwhile.
    stream = file.createReadStream();
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > options.maxBytes) throw tooLarge(options);
      chunks.push(chunk);
    }
    signal.throwIfAborted();
    return Buffer.concat(chunks, size);
  } catch (error) {
    // The library's own limit on a file; there the status says what happened, and the text may change.
    const status = error instanceof Error && 'status' in error ? error.status : undefined;
    return refuse(status === 413 ? tooLarge(options) : error, 'was cut off on its way', options);
  } finally {
    signal.removeEventListener('abort', onAbort);
    stream?.destroy();
  }
}

function refuse(error: unknown, what: string, { argument, signal }: PictureUploadOptions): never {
  if (signal.aborted) throw signal.reason;
  if (error instanceof MargayError) throw error;
  throw new MargayError('BAD_UPLOAD', `The file of "${argument}" ${what}.`, {
    argument,
    remedy: 'Send the whole request again, with every file that its map names.',
    cause: error,
  });
}

const tooLarge = ({ argument, maxBytes }: PictureUploadOptions) =>
  new MargayError('IMAGE_TOO_LARGE', `"${argument}" has more than ${maxBytes} bytes.`, {
    argument,
    remedy: 'Send a smaller picture.',
  });

const hasPromise = (value: unknown): value is { promise: Promise<unknown> } =>
  typeof value === 'object' && value !== null && 'promise' in value && value.promise instanceof Promise;

const isFile = (value: unknown): value is FileUpload =>
  typeof value === 'object' &&
  value !== null &&
  'createReadStream' in value &&
  typeof value.createReadStream === 'function';
