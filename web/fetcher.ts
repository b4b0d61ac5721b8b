import { createGraphiQLFetcher, type Fetcher, type FetcherOpts, type FetcherParams } from '@graphiql/toolkit';
import { type OperationDefinitionNode, parse } from 'graphql';
import type { PictureShelf } from './picture-shelf.ts';
import { multipartBody, operationNamed, picturesUsed, replaceAt } from './picture-variables.ts';

/** What a browser sends only after asking, so that no foreign page can forge it: the server's CSRF prevention looks for one of them. */
const PREFLIGHT = { 'apollo-require-preflight': 'true', 'x-graphql-yoga-csrf': 'true' };

/** Milliseconds. Longer than any deadline of the server: it is the server's error that should be seen. */
const DEADLINE = 120_000;

const UPLOAD = 'mutation UploadPicture($image: Upload!) { uploadImage(image: $image) { id } }';

interface Attachment {
  /** As the multipart specification writes it: `variables.image`. */
  readonly path: string;
  readonly file: File;
}

interface Options {
  readonly url: string;
  readonly shelf: PictureShelf;
  /** For tests. */
  readonly fetch?: typeof fetch;
}

type Result = Awaited<ReturnType<Fetcher>>;

/** GraphiQL's own fetcher, incremental delivery included, with the pictures named in the variables sent along as files. Stopping the operation aborts the request. */
export function pictureFetcher({ url, shelf, fetch: send = globalThis.fetch.bind(globalThis) }: Options): Fetcher {
  const ask = (params: FetcherParams, opts: FetcherOpts | undefined, files: Attachment[], signal: AbortSignal) => {
    const fetcher = createGraphiQLFetcher({
      url,
      headers: PREFLIGHT,
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers);
        const body = files.length > 0 ? multipartBody(String(init?.body), files) : init?.body;
        // The browser writes it, boundary included.
        if (files.length > 0) headers.delete('content-type');
        return asGraphQL(await send(input, { ...init, headers, body, signal }));
      },
    });
    return fetcher(params, opts);
  };

  async function* run(params: FetcherParams, opts: FetcherOpts | undefined, signal: AbortSignal) {
    const files: Attachment[] = [];
    let { variables } = params;
    const operation = operationOf(params);
    const operationName = params.operationName && operation ? operation.name?.value : params.operationName;
    const uses = picturesUsed(operation, variables ?? {});
    for (const { token, path, kind } of uses) {
      const file = await shelf.load(token, signal);
      let value: string | null = null;
      if (kind === 'upload') {
        files.push({ path: path.join('.'), file });
      } else {
        const uploaded = { query: UPLOAD, operationName: 'UploadPicture', variables: { image: null } };
        const answer = await first(ask(uploaded, opts, [{ path: 'variables.image', file }], signal));
        const id = (answer as { data?: { uploadImage?: { id?: string } } }).data?.uploadImage?.id;
        if (!id) {
          yield answer;
          return;
        }
        value = id;
      }
      variables = replaceAt(variables, path.slice(1), value);
    }
    yield* stream(await ask({ ...params, operationName, variables }, opts, files, signal));
  }

  return (params, opts) =>
    params.operationName === 'IntrospectionQuery'
      ? ask(params, opts, [], AbortSignal.timeout(DEADLINE))
      : stoppable((signal) => run(params, opts, signal));
}

function operationOf({ query, operationName }: FetcherParams): OperationDefinitionNode | undefined {
  try {
    return operationNamed(parse(query), operationName);
  } catch {
    // The server's syntax error says it better.
    return undefined;
  }
}

async function* stream(result: Result): AsyncGenerator<unknown> {
  if (result && typeof result === 'object' && Symbol.asyncIterator in result) yield* result;
  else yield result;
}

async function first(result: ReturnType<Fetcher>): Promise<unknown> {
  for await (const value of stream(await result)) return value;
  return {};
}

/** A generator's own `return` waits for the step that hangs; this one aborts it. */
function stoppable(run: (signal: AbortSignal) => AsyncGenerator<unknown>): ReturnType<Fetcher> {
  const stop = new AbortController();
  const steps = run(AbortSignal.any([stop.signal, AbortSignal.timeout(DEADLINE)]));
  const done = { done: true as const, value: undefined };
  const iterator: AsyncIterableIterator<unknown> = {
    next: () =>
      steps.next().catch((error: unknown) => {
        if (stop.signal.aborted) return done;
        throw error;
      }),
    return: async () => {
      stop.abort();
      return done;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator as ReturnType<Fetcher>;
}

/** A proxy or a body limit answers in HTML or plain text: shown as an error like any other, not as a JSON parser's complaint. */
async function asGraphQL(response: Response): Promise<Response> {
  const type = response.headers.get('content-type') ?? '';
  if (/json|multipart\/mixed|event-stream/i.test(type)) return response;
  const body = (await response.text()).slice(0, 2000).trim();
  const message = `HTTP ${response.status} ${response.statusText}`.trim();
  return Response.json({ errors: [{ message, extensions: { body } }] });
}
