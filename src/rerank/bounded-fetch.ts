/** A body longer than this is no answer, in bytes. */
const MAX_BODY = 1024 * 1024;

/**
 * `fetch` whose bodies end: a server that sends without end is cut off, and its connection closed. It follows no redirect: the customer's
 * picture goes to the server that was configured and to no other.
 */
export const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, redirect: 'manual' });
  if (!response.body) return response;
  let seen = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        seen += chunk.byteLength;
        if (seen > MAX_BODY) controller.error(new Error(`The answer is longer than ${MAX_BODY} bytes.`));
        else controller.enqueue(chunk);
      },
    }),
  );
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  // Some servers call their JSON text, which the client would not parse then.
  if (response.ok) headers.set('content-type', 'application/json');
  return new Response(counted, { status, statusText, headers });
};
