import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';
import type { CatalogDefinition } from '../catalog/definition.ts';
import { type Column, IMAGE, IMAGES } from '../catalog/product.ts';
import type { Plan } from '../search/query.ts';

type Info = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>;

/** The fields of one object, by name, through fragments, aliases, @include and @skip. Deferred ones count: they are paid for too. */
export type Selection = ReadonlyMap<string, readonly FieldNode[]>;

export function select(parents: readonly FieldNode[], info: Info, options = { deferred: true }): Selection {
  const fields = new Map<string, FieldNode[]>();
  // Each fragment once, as in graphql-js: fragments that spread each other twice would double the work at each step.
  const visited = new Set<string>();
  // Without interfaces and unions in the schema every fragment's type condition holds.
  const visit = (nodes: readonly SelectionNode[]) => {
    for (const node of nodes) {
      if (!included(node, info)) continue;
      if (node.kind === Kind.FIELD) {
        const same = fields.get(node.name.value);
        if (same) same.push(node);
        else fields.set(node.name.value, [node]);
        continue;
      }
      if (!options.deferred && isDeferred(node, info)) continue;
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(node.name.value)) continue;
        visited.add(node.name.value);
      }
      const inner = node.kind === Kind.FRAGMENT_SPREAD ? info.fragments[node.name.value] : node;
      if (inner) visit(inner.selectionSet.selections);
    }
  };
  for (const parent of parents) if (parent.selectionSet) visit(parent.selectionSet.selections);
  return fields;
}

function included(node: SelectionNode, { variableValues }: Info): boolean {
  if (!node.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if !== false;
}

function isDeferred(node: SelectionNode, { variableValues }: Info): boolean {
  const defer = node.directives?.find((directive) => directive.name.value === 'defer');
  if (!defer) return false;
  const condition = defer.arguments?.find((argument) => argument.name.value === 'if')?.value;
  if (condition?.kind === Kind.BOOLEAN) return condition.value;
  if (condition?.kind === Kind.VARIABLE) return variableValues[condition.name.value] !== false;
  return true;
}

/** The columns that the fields of a Product need. `similar` needs the id alone. */
export function productColumns(
  fields: readonly FieldNode[] | undefined,
  info: Info,
  definition: CatalogDefinition,
): Column[] {
  const chosen = select(fields ?? [], info);
  const named = definition.fields.flatMap(({ name }) => (chosen.has(name) ? [name] : []));
  return chosen.has(definition.images) ? [...named, IMAGES] : named;
}

/** The columns that a list of hits needs. */
export function hitColumns(
  fields: readonly FieldNode[] | undefined,
  info: Info,
  definition: CatalogDefinition,
): Column[] {
  const chosen = select(fields ?? [], info);
  return [...productColumns(chosen.get('product'), info, definition), ...(chosen.has('image') ? [IMAGE] : [])];
}

/** What one `search` field costs, read from its whole selection before anything runs. */
export function searchPlan(nodes: readonly FieldNode[], info: Info, definition: CatalogDefinition): Plan {
  const chosen = select(nodes, info);
  const reranked = chosen.get('reranked');
  const reasons = select(reranked ?? [], info).has('reason');
  const rationale = chosen.has('rationale');
  const ranking = reranked !== undefined || rationale;
  const columns = new Set<Column>([
    ...hitColumns(chosen.get('hits'), info, definition),
    ...hitColumns(reranked, info, definition),
  ]);
  return {
    hits: chosen.has('hits'),
    columns: [...columns],
    ranking,
    rationale,
    reasons,
    caption: chosen.has('queryCaption'),
  };
}

/** Whether the first payload has the facets. */
export const facetsAtOnce = (nodes: readonly FieldNode[], info: Info): boolean =>
  select(nodes, info, { deferred: false }).has('facets');

/** Whether something of the first payload needs the hits. */
export function hitsAtOnce(nodes: readonly FieldNode[], info: Info): boolean {
  const chosen = select(nodes, info, { deferred: false });
  return ['hits', 'reranked', 'rationale'].some((field) => chosen.has(field));
}
