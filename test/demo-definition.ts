import { readFileSync } from 'node:fs';
import { readDefinition } from '../src/catalog/read-definition.ts';

const file = new URL('../catalog.graphql', import.meta.url);

/** The demo's catalog.graphql, read. */
export const DEMO_DEFINITION = readDefinition(readFileSync(file, 'utf8'), 'catalog.graphql');
