import { meros } from 'meros/browser';
import {
  Environment,
  type FetchFunction,
  type GraphQLResponseWithData,
  type GraphQLSingularResponse,
  Network,
  Observable,
  RecordSource,
  type RequestParameters,
  Store,
  type UploadableMap,
  type Variables,
} from 'relay-runtime';

export const connect = (url: string) =>
  new Environment({
    network: Network.create(fetchFrom(url)),
    store: new Store(new RecordSource()),
    // Ids are unique within their type; Relay's own rule takes them for unique among all.
    getDataID: ({ id }, type) => (id == null ? null : `${type}:${id}`),
  });

/** A network layer with `uploadables` and @defer. */
export const fetchFrom =
  (url: string): FetchFunction =>
  (request, variables, _cacheConfig, uploadables) =>
    Observable.create((sink) => {
      const leave = new AbortController();
      const deliver = async () => {
        const response = await fetch(url, {
          method: 'POST',
          headers: {
            accept: 'multipart/mixed; deferSpec=20220824, application/json',
            'apollo-require-preflight': 'true',
            ...(!uploadables && { 'content-type': 'application/json' }),
          },
          body: bodyOf(request, variables, uploadables),
          signal: leave.signal,
        });
        const parts = await meros<Part>(response);
        if (parts instanceof Response) for (const answer of answersIn(await parts.json())) sink.next(answer);
        else
          for await (const part of parts) if (part.json) for (const answer of answersIn(part.body)) sink.next(answer);
      };
      deliver().then(sink.complete, sink.error);
      return () => leave.abort();
    });

function bodyOf({ name, text }: RequestParameters, variables: Variables, uploadables?: UploadableMap | null) {
  const operation = { operationName: name, query: text, variables };
  if (!uploadables) return JSON.stringify(operation);
  const names = Object.keys(uploadables);
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  const form = new FormData();
  form.set('operations', JSON.stringify({ ...operation, variables: { ...variables, ...empty } }));
  form.set('map', JSON.stringify(Object.fromEntries(names.map((name) => [name, [`variables.${name}`]]))));
  for (const [name, file] of Object.entries(uploadables)) form.set(name, file);
  return form;
}

/** Incremental delivery as of 2022, and a plain answer, which has neither `incremental` nor `hasNext`. */
type Answer = Partial<GraphQLResponseWithData>;
type Part = Answer & { incremental?: readonly Answer[]; hasNext?: boolean };

/** Relay takes each deferred part as an answer of its own, and wants to know which is the last. */
function* answersIn({ incremental = [], hasNext = false, ...first }: Part): Generator<GraphQLSingularResponse> {
  const answers = 'data' in first || 'errors' in first ? [first, ...incremental] : incremental;
  for (const [place, answer] of answers.entries()) {
    // Relay drops the errors of nullable fields; an answer that is nothing but errors should fail.
    if (answer.errors && Object.values(answer.data ?? {}).every((value) => value === null))
      throw new Error(answer.errors[0]?.message, { cause: answer.errors[0] });
    const is_final = !hasNext && place === answers.length - 1;
    yield { ...answer, extensions: { ...answer.extensions, is_final } } as GraphQLSingularResponse;
  }
}
