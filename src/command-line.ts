import { type ParseArgsConfig, parseArgs } from 'node:util';
import { MargayError } from './errors.ts';

/** What a command needs of the process. */
export interface CommandTools {
  readonly signal: AbortSignal;
  /** Where the person stands: paths are relative to it. */
  readonly from: string;
  /** For people, on standard error. */
  readonly say: (line: string) => void;
  /** The result, on standard output. */
  readonly print: (text: string) => void;
}

/** @throws MargayError BAD_INPUT with the command's usage. */
export function parseArguments<T extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: T,
  usage: string,
) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (cause) {
    throw new MargayError('BAD_INPUT', cause instanceof Error ? cause.message : 'The command line cannot be read.', {
      remedy: `\n${usage}`,
    });
  }
}

/** A number of queries. @throws MargayError BAD_INPUT */
export function countOf(given: string, example: string): number {
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1)
    throw new MargayError('BAD_INPUT', '--count is not a number of queries.', { remedy: example });
  return count;
}
