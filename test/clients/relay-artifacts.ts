import { type DocumentNode, print } from 'graphql';
import type {
  ConcreteRequest,
  NormalizationArgument,
  NormalizationLinkedField,
  NormalizationScalarField,
  NormalizationSelection,
  ReaderFragment,
  ReaderSelection,
} from 'relay-runtime';
import {
  SearchByPhotoDocument,
  SearchDocument,
  SearchThenReasonsDocument,
  UploadImageDocument,
} from '../generated/operations.ts';

// What relay-compiler would write for examples/operations.graphql, by hand: the compiler is a binary that these tests do without.

const scalar = (name: string): NormalizationScalarField => ({
  kind: 'ScalarField',
  alias: null,
  name,
  args: null,
  storageKey: null,
});

const linked = <Selection>(
  name: string,
  concreteType: string,
  selections: readonly Selection[],
  { plural = false, args = null }: { plural?: boolean; args?: NormalizationArgument[] | null } = {},
) => ({ kind: 'LinkedField' as const, alias: null, name, storageKey: null, args, concreteType, plural, selections });

const variables = (...names: string[]): NormalizationArgument[] =>
  names.map((name) => ({ kind: 'Variable', name, variableName: name }));

const HITS: NormalizationLinkedField[] = [
  linked(
    'hits',
    'Hit',
    [scalar('rank'), scalar('score'), linked('product', 'Product', [scalar('id'), scalar('title')])],
    {
      plural: true,
    },
  ),
];
const REASONS = [
  scalar('rationale'),
  linked(
    'reranked',
    'RankedHit',
    [scalar('position'), scalar('reason'), linked('product', 'Product', [scalar('id')])],
    {
      plural: true,
    },
  ),
];

function request(
  name: string,
  document: DocumentNode,
  operationKind: 'query' | 'mutation',
  defaults: Record<string, unknown>,
  read: readonly ReaderSelection[],
  written: readonly NormalizationSelection[],
): ConcreteRequest {
  const argumentDefinitions = Object.entries(defaults).map(([name, defaultValue]) => ({
    kind: 'LocalArgument' as const,
    name,
    defaultValue,
  }));
  const type = operationKind === 'query' ? 'Query' : 'Mutation';
  return {
    kind: 'Request',
    fragment: {
      kind: 'Fragment',
      name,
      type,
      metadata: null,
      argumentDefinitions,
      selections: read,
      abstractKey: null,
    },
    operation: { kind: 'Operation', name, argumentDefinitions, selections: written },
    params: { id: null, cacheID: name, metadata: {}, name, operationKind, text: print(document) },
  };
}

const page = linked('search', 'SearchResult', HITS, { args: variables('imageId', 'offset', 'text', 'topK') });
export const Search = request(
  'Search',
  SearchDocument,
  'query',
  { text: null, imageId: null, topK: 9, offset: 0 },
  [page as ReaderSelection],
  [page],
);

const found = linked<NormalizationSelection>(
  'search',
  'SearchResult',
  [linked('image', 'QueryImage', [scalar('id')]), ...HITS],
  { args: variables('image', 'text') },
);
export const SearchByPhoto = request(
  'SearchByPhoto',
  SearchByPhotoDocument,
  'query',
  { text: null, image: null },
  [found as ReaderSelection],
  [found],
);

const uploaded = linked('uploadImage', 'QueryImage', [scalar('id'), scalar('expiresAt')], { args: variables('image') });
export const UploadImage = request(
  'UploadImage',
  UploadImageDocument,
  'mutation',
  { image: null },
  [uploaded as ReaderSelection],
  [uploaded],
);

/** The deferred fragment, as a component would read it. */
export const Reasons: ReaderFragment = {
  kind: 'Fragment',
  name: 'Reasons',
  type: 'SearchResult',
  metadata: null,
  argumentDefinitions: [],
  selections: REASONS as ReaderSelection[],
  abstractKey: null,
};

const args = variables('imageId', 'text');
const spread: ReaderSelection = {
  kind: 'Defer',
  selections: [{ kind: 'FragmentSpread', name: Reasons.name, args: null }],
};
export const SearchThenReasons = request(
  'SearchThenReasons',
  SearchThenReasonsDocument,
  'query',
  { text: null, imageId: null },
  [linked('search', 'SearchResult', [...HITS, spread], { args }) as ReaderSelection],
  [
    linked<NormalizationSelection>(
      'search',
      'SearchResult',
      [...HITS, { kind: 'Defer', if: null, label: 'SearchThenReasons$defer$Reasons', selections: REASONS }],
      { args },
    ),
  ],
);
