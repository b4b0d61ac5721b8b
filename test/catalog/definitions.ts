import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { MargayError } from '../../src/errors.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A file of the project, by its path from the root. */
export const fileAt = (path: string) => readFileSync(ROOT + path, 'utf8');
export const DEMO = fileAt('catalog.graphql');
export const BOOKS = fileAt('examples/catalogs/books.graphql');
export const PHOTOS = fileAt('examples/catalogs/photos.graphql');

/** A type of id and title in lines 2 and 3, pictures in line 4, then the lines given, from 5 on. */
export const withFields = (...lines: readonly string[]) =>
  ['type Book {', '  id: ID! @key', '  title: String! @title', '  images: [Image!]! @image', ...lines, '}'].join('\n');

/** The lines below the heading. */
export function faultsOf(sdl: string): string[] {
  try {
    readDefinition(sdl, 'shop.graphql');
  } catch (error) {
    if (!(error instanceof MargayError) || error.code !== 'BAD_INPUT') throw error;
    const [heading, ...lines] = error.message.split('\n');
    expect(heading).toBe(`shop.graphql has ${lines.length} ${lines.length === 1 ? 'fault' : 'faults'}:`);
    return lines.map((line) => line.replace(/^ {2}/, ''));
  }
  return [];
}
