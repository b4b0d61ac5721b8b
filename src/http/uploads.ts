import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import { processRequest, Upload } from 'graphql-upload-ts';
import type { Plugin } from 'graphql-yoga';
import type { NodeContext } from './gateway.ts';

export interface UploadLimits {
  /** Of each file, in bytes. */
  readonly maxFileSize: number;
  readonly maxFiles: number;
  /** Of `operations` and `map`, in bytes each. */
  readonly maxFieldSize: number;
  /** Of the whole body where its length is announced, in bytes; by default, and where it is not, a file and a field, the file as a data: URI. */
  readonly maxBodySize?: number;
}

/** The most bytes of a body: a picture as a data: URI is a third larger than its file. */
export const bodyLimit = ({ maxBodySize, maxFileSize, maxFieldSize }: UploadLimits): number =>
  maxBodySize ?? Math.ceil((maxFileSize * 4) / 3) + maxFieldSize;

export const isMultipart = (type: string | null | undefined): boolean => /^multipart\/form-data/i.test(type ?? '');

/** A file field sent again would replace the first in the library's books, and the temporary file of the first would stay for ever. */
const { resolve: take } = Upload.prototype;
Upload.prototype.resolve = function (this: Upload, file) {
  if (this.file) file.capacitor.destroy(new Error('This file field was sent before.'));
  else take.call(this, file);
};

/** Streams multipart bodies to temporary files, where Yoga's own parser would hold them in memory whole. */
export function streamedUploads(limitsOf: (req: IncomingMessage) => UploadLimits): Plugin<NodeContext, NodeContext> {
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      if (request.method !== 'POST' || !isMultipart(request.headers.get('content-type'))) return;
      setRequestParser(async () => {
        const { req, res } = serverContext ?? {};
        if (!req || !res) throw refused(400, 'Multipart bodies can only be sent over HTTP.');
        const limits = limitsOf(req);
        try {
          // The library refuses a file that reaches its limit; ours is the most that is taken.
          return operationOf(await processRequest(req, res, { ...limits, maxFileSize: limits.maxFileSize + 1 }));
        } catch (error) {
          if (error instanceof GraphQLError) throw error;
          const status =
            error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 400;
          throw refused(status, error instanceof Error ? error.message : 'The multipart body could not be read.');
        }
      });
    },
  };
}

function operationOf(parsed: unknown): Record<string, unknown> {
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  throw refused(400, Array.isArray(parsed) ? 'Batches are not served.' : '"operations" must be one GraphQL operation.');
}

const refused = (status: number, message: string) =>
  new GraphQLError(message, {
    extensions: {
      code: 'BAD_UPLOAD',
      argument: 'operations',
      remedy: 'Send the body as the GraphQL multipart request specification says, or the picture as a data: URI.',
      http: { status: status >= 400 && status < 500 ? status : 400 },
    },
  });
