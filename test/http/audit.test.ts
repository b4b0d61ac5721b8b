import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { openDoor } from '../door.ts';

/** Audits send GET requests, and those are "simple" ones: a browser would send them from anywhere, so we ask for a header. */
const fetchFn = (url: string, init: RequestInit = {}) => {
  const headers = new Headers(init.headers);
  headers.set('apollo-require-preflight', 'true');
  return fetch(url, { ...init, headers });
};

test('GraphQL over HTTP: every audit of graphql-http passes', async () => {
  await using door = await openDoor({}, { products: 1 });
  const results = await auditServer({ url: `${door.url}/graphql`, fetchFn });
  const failed = results.flatMap((result) =>
    result.status === 'ok' ? [] : [`${result.status} ${result.name}: ${result.reason}`],
  );
  expect(failed).toEqual([]);
  expect(results).toHaveLength(61);
});
