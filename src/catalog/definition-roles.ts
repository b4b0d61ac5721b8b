import type { Analyzer } from './definition.ts';
import { type DefinitionFaults, either, quoted } from './definition-faults.ts';
import { type DirectiveName, KINDS, type WrittenField } from './definition-field.ts';

interface Role {
  readonly directive: 'key' | 'title' | 'image';
  readonly type: string;
  readonly example: string;
}

const ROLES: readonly Role[] = [
  { directive: 'key', type: 'ID!', example: 'id: ID! @key' },
  { directive: 'title', type: 'String!', example: 'title: String! @title' },
  { directive: 'image', type: '[Image!]!', example: 'images: [Image!]! @image' },
];

const TEXTS = ['String', 'StringList'];
const COUNTED = ['String', 'StringList', 'ID', 'Int', 'Boolean'];

/** The key, the title and the pictures: each there once, of its type. */
export function checkRoles(
  type: { name: string; line: number },
  fields: readonly WrittenField[],
  faults: DefinitionFaults,
) {
  for (const { directive, type: wanted, example } of ROLES) {
    const [first, ...others] = fields.filter(({ has }) => has.has(directive));
    // What is there without its directive has a fault of its own.
    const nearly = fields.some((field) =>
      directive === 'key' ? field.name === 'id' : directive === 'image' && isOfImages(field),
    );
    if (!first && !nearly) faults.add(type.line, type.name, `No field has @${directive}. Write \`${example}\`.`);
    for (const { name, line } of others)
      faults.add(line, name, `${first!.name} has @${directive} already, in line ${first!.line}. Leave one out.`);
    if (!first) continue;
    const { name, line } = first;
    if (first.type !== wanted)
      faults.add(
        line,
        name,
        `@${directive} is for a field of type ${wanted}, and this is ${quoted(first.type)}. Write \`${directive === 'key' ? example : `${name}: ${wanted} @${directive}`}\`.`,
      );
    else if (directive === 'key' && name !== 'id')
      faults.add(line, name, `Clients cache by a key called id. Write \`${example}\`.`);
  }
}

/** Types, and the directives that they allow. Fields whose role gives them their type are passed over. */
export function checkKinds(fields: readonly WrittenField[], faults: DefinitionFaults): void {
  const images = fields.find(({ has }) => has.has('image'));
  for (const field of fields) {
    const { name, line, kind, type, has } = field;
    const fault = (text: string) => faults.add(line, name, text);
    const without = (directive: DirectiveName, why: string) => {
      if (has.has(directive)) fault(`@${directive} ${why}: leave it out.`);
    };
    if (has.has('key')) {
      without('filter', 'is not for the key, which can be filtered by anyway');
      for (const one of ['facet', 'fullText', 'title', 'image'] as const) without(one, 'is not for the key');
    } else if (name === 'id') fault('Clients cache by it, so it is the key. Write `id: ID! @key`.');
    else if (has.has('image')) {
      for (const one of ['filter', 'facet', 'fullText', 'title'] as const) without(one, 'is not for pictures');
    } else if (isOfImages(field))
      fault(
        images
          ? `Pictures are in ${images.name} already, in line ${images.line}. Leave one out.`
          : `Pictures are embedded. Write \`${name}: [Image!]! @image\`.`,
      );
    else if (has.has('title')) continue;
    else if (kind === undefined) fault(`${faultOfType(type)}`);
    else {
      if (!TEXTS.includes(kind)) without('fullText', `reads String and [String!] alone, and this is ${type}`);
      if (!COUNTED.includes(kind)) without('facet', `counts values that repeat, and those of ${type} seldom do`);
    }
  }
}

/** The one analyzer of all fields, undefined where none has @fullText. */
export function checkAnalyzers(fields: readonly WrittenField[], faults: DefinitionFaults): Analyzer | undefined {
  const first = fields.find(({ analyzer }) => analyzer !== undefined);
  for (const { name, line, analyzer } of fields)
    if (analyzer !== undefined && analyzer !== first!.analyzer)
      faults.add(
        line,
        name,
        `Its analyzer is ${analyzer}, but ${first!.analyzer} is that of ${first!.name} in line ${first!.line}, and their words are searched together. Name one analyzer for all.`,
      );
  return first?.analyzer;
}

const namedType = (type: string) => type.replace(/[[\]!]/g, '');
const isOfImages = ({ type }: WrittenField) => namedType(type) === 'Image';

function faultOfType(type: string): string {
  const name = namedType(type);
  const end = type.endsWith('!') ? '!' : '';
  const meant = [...KINDS.keys()].find((one) => one.toLowerCase() === name.toLowerCase());
  if (type === `[String]${end}`) return `A text of the list may be null. Write [String!]${end}.`;
  if (type.startsWith('['))
    return `It is ${quoted(type)}, and only texts come as lists. Write [String!]${end}, or a single value.`;
  if (meant) return `There is no type ${name}. Write ${meant}${end}.`;
  return `There is no type ${quoted(name)} for a field. Use ${either([...KINDS.keys()])}.`;
}
