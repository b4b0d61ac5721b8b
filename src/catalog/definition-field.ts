import { type DirectiveNode, type FieldDefinitionNode, Kind, print } from 'graphql';
import { ANALYZERS, type Analyzer, type FieldKind } from './definition.ts';
import { type DefinitionFaults, either, quoted } from './definition-faults.ts';
import { faultOfFieldName } from './definition-names.ts';

export const DIRECTIVES = ['key', 'title', 'image', 'fullText', 'filter', 'facet'] as const;
export type DirectiveName = (typeof DIRECTIVES)[number];

/** By the type as it is written, but for a `!` at its end. */
export const KINDS: ReadonlyMap<string, FieldKind> = new Map([
  ['ID', 'ID'],
  ['String', 'String'],
  ['Int', 'Int'],
  ['Float', 'Float'],
  ['Boolean', 'Boolean'],
  ['DateTime', 'DateTime'],
  ['[String!]', 'StringList'],
]);

/** A field as it is written, its name and directives checked. */
export interface WrittenField {
  readonly name: string;
  readonly line: number;
  readonly description: string | undefined;
  /** `[String!]!` */
  readonly type: string;
  /** Undefined where no product's value can be of this type; pictures are not among them. */
  readonly kind: FieldKind | undefined;
  readonly required: boolean;
  readonly has: ReadonlySet<DirectiveName>;
  /** Of @fullText; undefined without it and where it is wrong. */
  readonly analyzer: Analyzer | undefined;
}

export function readField(node: FieldDefinitionNode, faults: DefinitionFaults): WrittenField {
  const name = node.name.value;
  const { line } = node.name.loc!.startToken;
  if (node.arguments?.length) faults.add(line, name, 'What is stored takes no arguments. Leave them out.');
  const has = new Set<DirectiveName>();
  let analyzer: Analyzer | undefined;
  for (const directive of node.directives ?? []) {
    const fault = (text: string) => faults.add(directive.loc!.startToken.line, name, text);
    const given = directive.name.value;
    const known = DIRECTIVES.find((one) => one === given);
    if (known === undefined) fault(`There is no directive @${quoted(given)}. ${whichDirective(given)}`);
    else if (has.has(known)) fault(`It has @${known} twice. Leave one out.`);
    else if (known === 'fullText') analyzer = readAnalyzer(directive, fault);
    else if (directive.arguments?.length) fault(`@${known} takes no arguments. Write @${known} alone.`);
    if (known !== undefined) has.add(known);
  }
  const wrongName = faultOfFieldName(name, has.has('filter'));
  if (wrongName !== undefined) faults.add(line, name, wrongName);
  const type = print(node.type);
  return {
    name,
    line,
    description: node.description?.value || undefined,
    type,
    kind: KINDS.get(type.replace(/!$/, '')),
    required: type.endsWith('!'),
    has,
    analyzer,
  };
}

function whichDirective(given: string): string {
  const meant = DIRECTIVES.find((one) => one.toLowerCase() === given.toLowerCase());
  return meant ? `Write @${meant}.` : `Use ${either(DIRECTIVES.map((one) => `@${one}`))}.`;
}

function readAnalyzer({ arguments: given = [] }: DirectiveNode, fault: (text: string) => void): Analyzer | undefined {
  const remedy = `Write \`@fullText(analyzer: ${ANALYZERS[0]})\`, or ${either(ANALYZERS.slice(1))}.`;
  const stray = given.find((argument) => argument.name.value !== 'analyzer');
  if (stray) {
    fault(`@fullText takes no argument "${quoted(stray.name.value)}". ${remedy}`);
    return undefined;
  }
  if (given.length > 1) {
    fault(`@fullText names its analyzer twice. ${remedy}`);
    return undefined;
  }
  if (given.length === 0) return 'STANDARD';
  const { value } = given[0]!;
  const analyzer = value.kind === Kind.ENUM ? ANALYZERS.find((one) => one === value.value) : undefined;
  if (analyzer === undefined) fault(`There is no analyzer ${quoted(print(value))}. ${remedy}`);
  return analyzer;
}
