/**
 * `fetch` whose bodies end: a server that sends more than `maxBytes` is cut off, and its connection closed. It follows no redirect: what is a
 * customer's goes to the server that was configured and to no other.
 */
export function boundedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' });
    if (!response.body) return response;
    let seen = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          seen += chunk.byteLength;
          if (seen > maxBytes) controller.error(new Error(`The answer is longer than ${maxBytes} bytes.`));
          else controller.enqueue(chunk);
        },
      }),
    );
    const { status, statusText } = response;
    const headers = new Headers(response.headers);
    // Some servers call their JSON text, which a client would not parse then.
    if (response.ok) headers.set('content-type', 'application/json');
    return new Response(counted, { status, statusText, headers });
  };
}
