import { type DefinitionNode, Kind, parse, print, visit } from 'graphql';
import type { DefinitionFaults } from './definition-faults.ts';

/**
 * What a catalog.graphql may use, as SDL for editors, linters and code generators: put it beside the file, or into it. margay knows it
 * by itself.
 */
export const CATALOG_DIRECTIVES = `"""
The product's id: \`id: ID! @key\`, exactly once. Clients cache by it.
"""
directive @key on FIELD_DEFINITION

"""
The product's title: a \`String!\`, exactly once.
"""
directive @title on FIELD_DEFINITION

"""
The product's pictures, which are embedded: an \`[Image!]!\`, exactly once.
"""
directive @image on FIELD_DEFINITION

"""
Its words are found by full text: a String or [String!]. All fields that have it name the same analyzer.
"""
directive @fullText(analyzer: Analyzer! = STANDARD) on FIELD_DEFINITION

"""
Clients may filter by it.
"""
directive @filter on FIELD_DEFINITION

"""
Its values are counted: a String, ID, Int, Boolean or [String!].
"""
directive @facet on FIELD_DEFINITION

enum Analyzer {
  """
  Splits at what is no letter or digit, and lowers case.
  """
  STANDARD

  """
  Also stems, and leaves stop words out.
  """
  ENGLISH

  """
  Cuts words by a dictionary, and lowers case.
  """
  CHINESE
}

"""
ISO 8601 with a time zone.
"""
scalar DateTime

"""
A picture, which the API shows in the sizes that are asked for.
"""
scalar Image
`;

type Named = DefinitionNode & { readonly name: { readonly value: string } };

/** '@key', 'DateTime' */
const nameOf = ({ kind, name }: Named) => (kind === Kind.DIRECTIVE_DEFINITION ? `@${name.value}` : name.value);
/** 'directive @key', 'scalar DateTime' */
const headOf = (node: Named) => `${WORDS[node.kind] ?? node.kind} ${nameOf(node)}`;

const WORDS: Readonly<Partial<Record<Kind, string>>> = {
  [Kind.DIRECTIVE_DEFINITION]: 'directive',
  [Kind.SCALAR_TYPE_DEFINITION]: 'scalar',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum',
  [Kind.OBJECT_TYPE_DEFINITION]: 'type',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input',
};

/** On one line, without descriptions: two of them agree where these are the same. */
const plain = (node: DefinitionNode): string =>
  print(visit(node, { enter: (inner) => ('description' in inner ? { ...inner, description: undefined } : undefined) }))
    .replace(/\s+/g, ' ')
    .trim();

const OWN = new Map(parse(CATALOG_DIRECTIVES).definitions.map((node) => [nameOf(node as Named), plain(node)] as const));
/** As the API's own schema and some editors' write them. */
const ALSO: ReadonlySet<string> = new Set([
  'type Image',
  'scalar DateTime @specifiedBy(url: "https://scalars.graphql.org/andimarek/date-time")',
  'directive @fullText(analyzer: Analyzer = STANDARD) on FIELD_DEFINITION',
]);

/** Whether a `type Image` stands for the API's own and is not the operator's. */
export const isImageStandIn = (node: DefinitionNode): boolean =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION && plain(node) === 'type Image';

/** Definitions beside the one type: those of CATALOG_DIRECTIVES may be there, once each and as they are. */
export function checkOthers(nodes: readonly DefinitionNode[], faults: DefinitionFaults): void {
  const seen = new Map<string, number>();
  for (const node of nodes) {
    const line = ('name' in node ? node.name : node)?.loc?.startToken.line ?? node.loc!.startToken.line;
    const named = 'name' in node && node.name ? (node as Named) : undefined;
    const head = named && headOf(named);
    const before = head && seen.get(head);
    if (head && before === undefined) seen.set(head, line);
    const own = named && OWN.get(nameOf(named));
    if (/Extension$/.test(node.kind))
      faults.add(
        line,
        `extend ${named?.name.value ?? 'schema'}`,
        'A catalog is one type. Write its fields into the type itself.',
      );
    else if (node.kind === Kind.OPERATION_DEFINITION || node.kind === Kind.FRAGMENT_DEFINITION)
      faults.add(line, named?.name.value ?? null, 'This is a request and defines nothing. Leave it out.');
    else if (head === undefined) faults.add(line, 'schema', "The API's schema is made from the type. Leave it out.");
    else if (before !== undefined)
      faults.add(line, head, `It is defined twice, first in line ${before}. Leave one out.`);
    else if (own !== undefined && own !== plain(node) && !ALSO.has(plain(node)))
      faults.add(line, head, `margay means something else by it. Write \`${own}\`, or leave it out.`);
    else if (own === undefined) faults.add(line, head, 'A catalog is one type of plain fields. Leave it out.');
  }
}
