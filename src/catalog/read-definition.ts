import { type DefinitionNode, Kind, type ObjectTypeDefinitionNode } from 'graphql';
import type { CatalogDefinition, FieldDefinition } from './definition.ts';
import { checkOthers, isImageStandIn } from './definition-directives.ts';
import { DefinitionFaults, quoted } from './definition-faults.ts';
import { readField, type WrittenField } from './definition-field.ts';
import { faultOfTypeName } from './definition-names.ts';
import { checkAnalyzers, checkKinds, checkRoles } from './definition-roles.ts';
import { NOTHING, parseDefinition } from './definition-syntax.ts';

/** Beside the key and the pictures. Milvus holds 64 in a collection, some of which are margay's own. */
export const MAX_FIELDS = 50;

/**
 * Reads a catalog.graphql: one object type with directives, see CATALOG_DIRECTIVES.
 * @param sdl The file's text; a byte order mark and any line ends will do.
 * @param fileName For messages, without its folder.
 * @throws MargayError BAD_INPUT with every fault of the file, each with its line and its remedy.
 */
export function readDefinition(sdl: string, fileName: string): CatalogDefinition {
  const faults = new DefinitionFaults();
  const document = parseDefinition(sdl, faults);
  const definition = document && readDocument(document.definitions, faults);
  if (faults.any || !definition) throw faults.error(fileName);
  return definition;
}

function readDocument(nodes: readonly DefinitionNode[], faults: DefinitionFaults): CatalogDefinition | null {
  const types = nodes.filter(
    (node): node is ObjectTypeDefinitionNode => node.kind === Kind.OBJECT_TYPE_DEFINITION && !isImageStandIn(node),
  );
  // The one that is meant is the one that says so.
  const type = types.find(({ fields }) => fields?.some(({ directives }) => directives?.length)) ?? types[0];
  checkOthers(
    nodes.filter((node) => !types.some((one) => one === node)),
    faults,
  );
  if (!type) {
    faults.add(1, null, NOTHING);
    return null;
  }
  for (const { name } of types.filter((one) => one !== type))
    faults.add(
      name.loc!.startToken.line,
      `type ${name.value}`,
      `A catalog is one type, here ${type.name.value}. Leave it out.`,
    );
  return readType(type, faults);
}

function readType(node: ObjectTypeDefinitionNode, faults: DefinitionFaults): CatalogDefinition | null {
  const type = { name: node.name.value, line: node.name.loc!.startToken.line };
  const fault = (text: string, line = type.line) => faults.add(line, type.name, text);
  const wrongName = faultOfTypeName(type.name);
  if (wrongName !== undefined) fault(wrongName);
  for (const { name, loc } of node.interfaces ?? [])
    fault(`There is no interface ${quoted(name.value)} to implement. Leave it out.`, loc!.startToken.line);
  for (const { name, loc } of node.directives ?? [])
    fault(`Directives belong to the fields. Leave @${quoted(name.value)} out here.`, loc!.startToken.line);

  const written = (node.fields ?? []).map((field) => readField(field, faults));
  checkNames(written, faults);
  checkRoles(type, written, faults);
  checkKinds(written, faults);
  const analyzer = checkAnalyzers(written, faults);
  const fields = written.filter(({ has }) => !has.has('key') && !has.has('image'));
  if (fields.length > MAX_FIELDS)
    faults.add(
      fields[MAX_FIELDS]!.line,
      fields[MAX_FIELDS]!.name,
      `It is one of ${fields.length} fields beside the key and the pictures, and not every store holds more than ${MAX_FIELDS}. Leave some out.`,
    );

  const key = written.find(({ has }) => has.has('key'));
  const images = written.find(({ has }) => has.has('image'));
  const title = written.find(({ has }) => has.has('title'));
  if (faults.any || !images || !title) return null;
  return {
    type: type.name,
    description: node.description?.value || undefined,
    keyDescription: key?.description,
    images: images.name,
    imagesDescription: images.description,
    title: title.name,
    category: fields.find(({ kind, has }) => kind === 'String' && has.has('facet'))?.name,
    analyzer,
    fields: fields.map(definitionOf),
  };
}

/** Two fields of one name, or of names that a store without case takes for one. */
function checkNames(fields: readonly WrittenField[], faults: DefinitionFaults): void {
  const seen = new Map<string, WrittenField>();
  for (const field of fields) {
    const { name, line } = field;
    const before = seen.get(name.toLowerCase());
    if (!before) seen.set(name.toLowerCase(), field);
    else if (before.name === name)
      faults.add(line, name, `It is there twice, first in line ${before.line}. Rename one, or leave it out.`);
    else
      faults.add(
        line,
        name,
        `It differs from ${before.name} in line ${before.line} by case alone, and not every store tells them apart. Rename one.`,
      );
  }
}

const definitionOf = ({ name, kind, required, description, has }: WrittenField): FieldDefinition => ({
  name,
  kind: kind!,
  required,
  description,
  filter: has.has('filter'),
  facet: has.has('facet'),
  fullText: has.has('fullText'),
});
