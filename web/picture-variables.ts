import type { DocumentNode, OperationDefinitionNode, TypeNode } from 'graphql';
import { isPictureToken } from './picture-shelf.ts';

/** A variable that takes a picture: as a file, or as the id that `uploadImage` gives for one. */
export interface PictureSlot {
  readonly variable: string;
  readonly kind: 'upload' | 'id';
  readonly list: boolean;
}

/** A picture named in the variables, and where: `['variables', 'image']`. */
export interface PictureUse {
  readonly token: string;
  readonly path: readonly (string | number)[];
  readonly kind: PictureSlot['kind'];
}

const BUILT_IN = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);

function named(type: TypeNode): { name: string; list: boolean } {
  if (type.kind === 'NamedType') return { name: type.name.value, list: false };
  const inner = named(type.type);
  return type.kind === 'ListType' ? { ...inner, list: true } : inner;
}

/** The operation of that name, the first where no name is given, the only one where there is but one: just after a change of tabs GraphiQL still has the former tab's name. */
export function operationNamed(
  document: DocumentNode | undefined,
  name: string | null | undefined,
): OperationDefinitionNode | undefined {
  const operations = document?.definitions.filter((definition) => definition.kind === 'OperationDefinition') ?? [];
  const [first] = operations;
  if (!name) return first;
  return (
    operations.find((operation) => operation.name?.value === name) ?? (operations.length === 1 ? first : undefined)
  );
}

export function pictureSlots(operation: OperationDefinitionNode | undefined): PictureSlot[] {
  return (operation?.variableDefinitions ?? []).flatMap(({ variable, type }) => {
    const { name, list } = named(type);
    const kind = name === 'Upload' ? 'upload' : name === 'ID' && /image/i.test(variable.name.value) ? 'id' : undefined;
    return kind ? [{ variable: variable.name.value, kind, list }] : [];
  });
}

/** Every picture token in the variables. A word to search for is never taken for one: only slots and input objects are looked through. */
export function picturesUsed(
  operation: OperationDefinitionNode | undefined,
  variables: Readonly<Record<string, unknown>>,
): PictureUse[] {
  const kinds = new Map(pictureSlots(operation).map((slot) => [slot.variable, slot.kind]));
  const uses: PictureUse[] = [];
  const visit = (value: unknown, path: (string | number)[], kind: PictureSlot['kind']) => {
    if (isPictureToken(value)) uses.push({ token: value, path, kind });
    else if (value && typeof value === 'object')
      for (const [key, inner] of Object.entries(value))
        visit(inner, [...path, Array.isArray(value) ? Number(key) : key], kind);
  };
  for (const { variable, type } of operation?.variableDefinitions ?? []) {
    const kind = kinds.get(variable.name.value) ?? (BUILT_IN.has(named(type).name) ? undefined : 'upload');
    if (kind) visit(variables[variable.name.value], ['variables', variable.name.value], kind);
  }
  return uses;
}

/** A copy of `root` with the value at `path` replaced. */
export function replaceAt<Value>(root: Value, path: readonly (string | number)[], value: unknown): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value as Value;
  const copy = (Array.isArray(root) ? [...root] : { ...root }) as Record<string | number, unknown>;
  copy[key] = replaceAt(copy[key], rest, value);
  return copy as Value;
}

/** The body that the GraphQL multipart request specification asks for: `operations`, `map`, then the files. */
export function multipartBody(operations: string, files: readonly { path: string; file: File }[]): FormData {
  const body = new FormData();
  body.append('operations', operations);
  body.append('map', JSON.stringify(Object.fromEntries(files.map(({ path }, part) => [part, [path]]))));
  files.forEach(({ file }, part) => {
    body.append(String(part), file, file.name);
  });
  return body;
}
