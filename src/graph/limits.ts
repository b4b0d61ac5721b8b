import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { MAX_FACET_VALUES } from '../search/facets.ts';

/** What one request may ask for. GraphiQL's introspection query passes: fields that begin with __ do not count. */
export const LIMITS = { tokens: 2_000, depth: 12, aliases: 30, searches: 10, objects: 10_000 } as const;

/** Arguments that multiply what stands below them, with the value that counts when the client leaves it out. */
const SIZES: Readonly<Record<string, { argument: string; fallback: number }>> = {
  search: { argument: 'topK', fallback: 9 },
  similar: { argument: 'topK', fallback: 9 },
  products: { argument: 'first', fallback: 50 },
};
/** Fields that a catalog counts, as a rule at most; each tells so many values. */
const FACETS = 8;

interface Measure {
  /** Levels of fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly searches: number;
  /** Objects in the answer, at most. */
  readonly objects: number;
  /** Objects of facets, which are no more with a larger page. */
  readonly counts: number;
}

const NOTHING: Measure = { depth: 0, aliases: 0, searches: 0, objects: 0, counts: 0 };

const tooComplex = (what: string, remedy: string) =>
  new GraphQLError(`The operation ${what}.`, { extensions: { code: 'TOO_COMPLEX', remedy, http: { status: 400 } } });

/**
 * What makes a document too complex whatever its variables say; sizes count where they are written.
 * To be asked before validation, whose own rules take exponential time on deep documents.
 */
export function complexityFault(document: DocumentNode): GraphQLError | undefined {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const fault = refuse(measureOperation(document, definition));
    if (fault) return fault;
  }
  return undefined;
}

function refuse({ depth, aliases, searches, ...measured }: Measure): GraphQLError | undefined {
  const objects = measured.objects + measured.counts;
  if (depth > LIMITS.depth)
    return tooComplex(`is ${depth} levels deep, more than ${LIMITS.depth}`, 'Select fewer levels.');
  if (aliases > LIMITS.aliases)
    return tooComplex(`has ${aliases} aliases, more than ${LIMITS.aliases}`, 'Send several requests.');
  if (searches > LIMITS.searches)
    return tooComplex(`asks for ${searches} searches, more than ${LIMITS.searches}`, 'Send several requests.');
  if (objects > LIMITS.objects)
    return tooComplex(
      `could answer ${objects} objects, more than ${LIMITS.objects}`,
      'Lower topK or first, or nest less.',
    );
  return undefined;
}

/** With `variables` the sizes are those that the client sent. */
export function checkComplexity(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  const fault = refuse(measureOperation(document, operation, variables));
  if (fault) throw fault;
}

function measureOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables?: Readonly<Record<string, unknown>>,
): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  // A fragment is measured once: documents whose fragments spread each other twice would take for ever.
  const measured = new Map<SelectionSetNode, Measure>();
  const measure = (set: SelectionSetNode | undefined): Measure => {
    if (!set) return NOTHING;
    const known = measured.get(set);
    if (known) return known;
    measured.set(set, NOTHING); // A cycle of fragments is another rule's fault to report.
    let total = NOTHING;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) total = add(total, measureField(node));
      else
        total = add(
          total,
          measure(
            node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)?.selectionSet : node.selectionSet,
          ),
        );
    }
    measured.set(set, total);
    return total;
  };
  const measureField = (node: FieldNode): Measure => {
    if (node.name.value.startsWith('__')) return NOTHING;
    const inner = measure(node.selectionSet);
    return {
      depth: inner.depth + 1,
      aliases: inner.aliases + (node.alias ? 1 : 0),
      searches: inner.searches + (node.name.value === 'search' ? 1 : 0),
      ...(node.name.value === 'facets'
        ? { objects: 0, counts: node.selectionSet ? FACETS * (1 + inner.objects * MAX_FACET_VALUES) : 0 }
        : {
            objects: node.selectionSet ? (1 + inner.objects) * sizeOf(node, operation, variables) : 0,
            counts: inner.counts,
          }),
    };
  };
  return measure(operation.selectionSet);
}

const add = (a: Measure, b: Measure): Measure => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  searches: a.searches + b.searches,
  objects: a.objects + b.objects,
  counts: a.counts + b.counts,
});

function sizeOf(
  node: FieldNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
): number {
  const size = SIZES[node.name.value];
  if (!size) return 1;
  let value = node.arguments?.find(({ name }) => name.value === size.argument)?.value;
  if (value?.kind === Kind.VARIABLE) {
    const { value: variable } = value.name;
    // Before execution a variable's value is unknown: it counts once the values are there.
    if (!variables) return 1;
    const sent = variables[variable];
    if (typeof sent === 'number') return Math.max(1, sent);
    value = operation.variableDefinitions?.find(
      (definition) => definition.variable.name.value === variable,
    )?.defaultValue;
  }
  return value?.kind === Kind.INT ? Math.max(1, Number(value.value)) : size.fallback;
}
