import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { type DefinitionFaults, quoted } from './definition-faults.ts';

/** Sixty fields with every directive take a fifth of it. A deep nest of brackets would cost the parser its stack. */
const MOST_TOKENS = 10_000;

export const NOTHING = 'There is no type. Write one, for example the catalog.graphql that margay comes with.';

/** The file as a syntax tree, or null where it is none: that is one fault, the first that the parser met. */
export function parseDefinition(sdl: string, faults: DefinitionFaults): DocumentNode | null {
  // Commas and byte order marks are blanks to GraphQL.
  if (sdl.replace(/#[^\n\r]*/g, '').replace(/[\s,\uFEFF]+/g, '') === '') {
    faults.add(1, null, NOTHING);
    return null;
  }
  try {
    return parse(sdl, { maxTokens: MOST_TOKENS });
  } catch (error) {
    // What is no GraphQLError is the stack's end.
    const syntax = error instanceof GraphQLError ? error : null;
    const what = syntax?.message.replace(/^Syntax Error: /, '').replace(/\.$/, '') ?? 'too many brackets in each other';
    const fault = what.startsWith('Document contains more')
      ? `It goes on for more than ${MOST_TOKENS} words and signs. Keep to one type of some fields.`
      : `It can't be read: ${quoted(what)}. Look for what is missing or too much here or just before.`;
    faults.add(Math.min(syntax?.locations?.[0]?.line ?? 1, lastLine(sdl)), null, fault);
    return null;
  }
}

/** The last one that is not blank: where a file ends too soon, that is where to look. Lines end as GraphQL's do. */
const lastLine = (sdl: string): number => sdl.trimEnd().split(/\r\n|[\n\r]/).length;
