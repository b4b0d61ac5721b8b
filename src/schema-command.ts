import { resolve } from 'node:path';
import { openDefinition, readDefinitionFile } from './catalog-file.ts';
import { parseArguments } from './command-line.ts';
import type { Config } from './config.ts';
import { MargayError } from './errors.ts';

export const SCHEMA_USAGE = `  npm run --silent schema [-- FILE]         the API's schema for your catalog file, for code generators; without FILE that of CATALOG_FILE
  npm run --silent schema -- --directives   what a catalog file may use, as SDL for editors and linters`;

/** What the command needs of the process. */
export interface SchemaTools {
  /** Where the person stands: paths are relative to it. */
  readonly from: string;
  /** Results, on standard output. */
  readonly print: (text: string) => void;
}

/** Opens neither model nor store: a code generator calls it in every build. */
export async function schemaCommand(config: Config, argv: readonly string[], { from, print }: SchemaTools) {
  const { values, positionals } = parse(argv);
  const [file, ...extra] = positionals;
  if (extra.length > 0) throw usage('schema takes one file at most.');
  if (values.directives) {
    if (file !== undefined) throw usage('--directives takes no file: they are the same for all.');
    const { CATALOG_DIRECTIVES } = await import('./catalog/definition-directives.ts');
    return print(CATALOG_DIRECTIVES.trimEnd());
  }
  const definition = await (file === undefined
    ? openDefinition(config)
    : readDefinitionFile(resolve(from, file), 'schema'));
  const { servedSdl } = await import('./graph/served-sdl.ts');
  print(servedSdl(definition));
}

const parse = (argv: readonly string[]) =>
  parseArguments(argv, { directives: { type: 'boolean', default: false } }, SCHEMA_USAGE);

const usage = (message: string) => new MargayError('BAD_INPUT', message, { remedy: `\n${SCHEMA_USAGE}` });
