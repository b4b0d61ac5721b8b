import { readFile } from 'node:fs/promises';
import { generate } from '@graphql-codegen/cli';
import { expect, test } from 'vitest';
import config from '../../codegen.ts';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { servedSdl } from '../../src/graph/served-sdl.ts';
import { BOOKS } from '../catalog/definitions.ts';

test('the generated types are those of schema.graphql and the examples: else run `npm run codegen`', async () => {
  const files: { filename: string; content: string }[] = await generate({ ...config, silent: true }, false);
  expect(files.map(({ filename }) => filename)).toEqual(Object.keys(config.generates));
  for (const { filename, content } of files) expect(await readFile(filename, 'utf8')).toBe(content);
});

test('an operation that the schema does not have is refused', async () => {
  const documents = 'query Old { search(text: "x") { results { id } } }';
  await expect(generate({ ...config, documents, silent: true }, false)).rejects.toThrow(/results/);
});

test('types come of the schema that `npm run schema` prints for a catalog of one’s own', async () => {
  const documents = `query Books($filter: BookFilter) {
    search(text: "cats", filter: $filter) { hits { product { title authors pages inPrint } } ... @defer { rationale } }
  }`;
  const schema = servedSdl(readDefinition(BOOKS, 'books.graphql'));
  const [file]: { content: string }[] = await generate({ ...config, schema, documents, silent: true }, false);
  expect(file!.content).toMatch(/title: string,\s+authors: Array<string>,\s+pages: number \| null,\s+inPrint: boolean/);
});
