/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  DateTime: { input: string; output: string; }
  URL: { input: string; output: string; }
  /**
   * A file sent by the GraphQL multipart request specification. Where a client cannot send multipart (a playground, a script), the same argument takes a `data:image/...;base64,` URI. Clients that cache by
   * arguments should send photos through `uploadImage` and search by `imageId`, or search with no cache: two Uploads look alike to a cache.
   */
  Upload: { input: Blob; output: Blob; }
};

/** Every error's `extensions.code`; `extensions` also carry `argument`, `remedy`, and `retryAfter` in seconds where they apply. Errors of a field leave HTTP at 200; only what is refused before execution is 4xx or 503. */
export type ErrorCode =
  | 'BAD_IMAGE'
  | 'BAD_INPUT'
  | 'BAD_UPLOAD'
  | 'CATALOG_MISMATCH'
  | 'DEADLINE_EXCEEDED'
  | 'ENCODER_UNAVAILABLE'
  | 'FORBIDDEN'
  | 'IMAGE_TOO_LARGE'
  | 'INTERNAL'
  | 'NOT_FOUND'
  | 'OVERLOADED'
  | 'RATE_LIMITED'
  | 'STORE_UNAVAILABLE'
  | 'TOO_COMPLEX'
  | 'UNAUTHENTICATED'
  | 'UNSUPPORTED_IMAGE';

export type FloatFilter = {
  eq?: InputMaybe<Scalars['Float']['input']>;
  gt?: InputMaybe<Scalars['Float']['input']>;
  gte?: InputMaybe<Scalars['Float']['input']>;
  isNull?: InputMaybe<Scalars['Boolean']['input']>;
  lt?: InputMaybe<Scalars['Float']['input']>;
  lte?: InputMaybe<Scalars['Float']['input']>;
};

export type IdFilter = {
  eq?: InputMaybe<Scalars['ID']['input']>;
  in?: InputMaybe<Array<Scalars['ID']['input']>>;
};

export type ImageFormat =
  | 'AUTO'
  | 'AVIF'
  | 'JPEG'
  | 'WEBP';

export type ImageInput =
  { file: Scalars['Upload']['input']; };

export type IndexStatus =
  /** Not stored; what stood before stands, except where the store did not answer in time: then it may be either. */
  | 'FAILED'
  /** Stored, in place of any product of this id. */
  | 'INDEXED'
  /** Fields and pictures are those that are stored: nothing was done. */
  | 'UNCHANGED';

export type JointMode =
  /** Two vectors, weighted. */
  | 'FUSED'
  /** One vector computed from words and picture together. */
  | 'NATIVE';

/** Fields of one object are joined by AND; {} matches everything. A missing value matches `isNull: true` and nothing else; `not` is the complement of the set. */
export type ProductFilter = {
  and?: InputMaybe<Array<ProductFilter>>;
  category?: InputMaybe<StringFilter>;
  color?: InputMaybe<StringFilter>;
  id?: InputMaybe<IdFilter>;
  not?: InputMaybe<ProductFilter>;
  or?: InputMaybe<Array<ProductFilter>>;
  price?: InputMaybe<FloatFilter>;
  print?: InputMaybe<StringFilter>;
};

/** A product as it should stand: fields left out are null, and a product of the same id is replaced with all its pictures. */
export type ProductInput = {
  category?: InputMaybe<Scalars['String']['input']>;
  color?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
  /** At least one, the first the main one. */
  images: Array<ImageInput>;
  price?: InputMaybe<Scalars['Float']['input']>;
  print?: InputMaybe<Scalars['String']['input']>;
  title: Scalars['String']['input'];
};

export type ProductSelector =
  /** A filter that says nothing, as {} does, is refused: it would remove everything. */
  { filter: ProductFilter; ids?: never; }
  |  /** 1 to 1,000 ids; those that are not there are passed over. */
  { filter?: never; ids: Array<Scalars['ID']['input']>; };

export type RerankFallback =
  | 'BUDGET'
  | 'BUSY'
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'UNUSABLE_ANSWER';

export type RerankRepair =
  | 'DUPLICATE_IDS'
  | 'MALFORMED_ANSWER'
  | 'MISSING_IDS'
  | 'RATIONALE_DROPPED'
  | 'UNKNOWN_IDS';

export type RerankStatus =
  /** The model's own order, whole. */
  | 'APPLIED'
  /** No usable answer: the retrieval order, see `fallback`. */
  | 'FELL_BACK'
  /** No ranking was asked for: none of `reranked`, `rationale`, `reason` is selected. */
  | 'NOT_SELECTED'
  /** `rerank: false`, or the server has the pass switched off. */
  | 'OFF'
  /** Its answers disagreed with each other too much to be believed: the retrieval order. */
  | 'REJECTED'
  /** The model's order with ids added, dropped or de-duplicated: see `repairs`. */
  | 'REPAIRED';

export type RetrievalMode =
  /** The server's choice: DENSE whenever there is a picture, unless evaluation showed better. By words alone HYBRID, where the catalog has full text and is not the demo's. */
  | 'AUTO'
  /** By the embedding of words, picture or both together; scores are COSINE. */
  | 'DENSE'
  /** By words that the text and the product share, the picture aside; scores are BM25. Nothing is embedded. */
  | 'FULL_TEXT'
  /** Both, fused by their ranks; scores are RRF. Each of the two brings its best 1,000 products. */
  | 'HYBRID';

export type ScoreKind =
  /** BM25, positive. */
  | 'BM25'
  /** Cosine similarity in [-1, 1]. */
  | 'COSINE'
  /** Reciprocal-rank fusion. */
  | 'RRF';

export type StringFilter = {
  eq?: InputMaybe<Scalars['String']['input']>;
  in?: InputMaybe<Array<Scalars['String']['input']>>;
  isNull?: InputMaybe<Scalars['Boolean']['input']>;
  ne?: InputMaybe<Scalars['String']['input']>;
  startsWith?: InputMaybe<Scalars['String']['input']>;
};

export type UploadImageMutationVariables = Exact<{
  image: Blob;
}>;


export type UploadImageMutation = { uploadImage: { id: string, expiresAt: string } };

export type SearchQueryVariables = Exact<{
  text?: string | null | undefined;
  imageId?: string | number | null | undefined;
  topK?: number;
  offset?: number;
}>;


export type SearchQuery = { search: { hits: Array<{ rank: number, score: number, product: { id: string, title: string } }> } | null };

export type SearchByPhotoQueryVariables = Exact<{
  text?: string | null | undefined;
  image: Blob;
}>;


export type SearchByPhotoQuery = { search: { image: { id: string } | null, hits: Array<{ rank: number, score: number, product: { id: string, title: string } }> } | null };

export type SearchWithReasonsQueryVariables = Exact<{
  text?: string | null | undefined;
  imageId?: string | number | null | undefined;
}>;


export type SearchWithReasonsQuery = { search: { rationale: string | null, hits: Array<{ rank: number, score: number, product: { id: string, title: string } }>, reranked: Array<{ position: number, reason: string | null, product: { id: string } }> } | null };

export type SearchThenReasonsQueryVariables = Exact<{
  text?: string | null | undefined;
  imageId?: string | number | null | undefined;
}>;


export type SearchThenReasonsQuery = { search: { hits: Array<{ rank: number, score: number, product: { id: string, title: string } }> } & ({ rationale: string | null, reranked: Array<{ position: number, reason: string | null, product: { id: string } }> } | { rationale?: never, reranked?: never }) | null };

export type HitsFragment = { hits: Array<{ rank: number, score: number, product: { id: string, title: string } }> };

export type ReasonsFragment = { rationale: string | null, reranked: Array<{ position: number, reason: string | null, product: { id: string } }> };

export const HitsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hits"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SearchResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"score"}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]}}]} as unknown as DocumentNode<HitsFragment, unknown>;
export const ReasonsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reasons"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SearchResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rationale"}},{"kind":"Field","name":{"kind":"Name","value":"reranked"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<ReasonsFragment, unknown>;
export const UploadImageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UploadImage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"image"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Upload"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uploadImage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"image"},"value":{"kind":"Variable","name":{"kind":"Name","value":"image"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<UploadImageMutation, UploadImageMutationVariables>;
export const SearchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Search"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"text"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"imageId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"topK"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"9"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"offset"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"search"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"text"},"value":{"kind":"Variable","name":{"kind":"Name","value":"text"}}},{"kind":"Argument","name":{"kind":"Name","value":"imageId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"imageId"}}},{"kind":"Argument","name":{"kind":"Name","value":"topK"},"value":{"kind":"Variable","name":{"kind":"Name","value":"topK"}}},{"kind":"Argument","name":{"kind":"Name","value":"offset"},"value":{"kind":"Variable","name":{"kind":"Name","value":"offset"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hits"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hits"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SearchResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"score"}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]}}]} as unknown as DocumentNode<SearchQuery, SearchQueryVariables>;
export const SearchByPhotoDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SearchByPhoto"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"text"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"image"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Upload"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"search"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"text"},"value":{"kind":"Variable","name":{"kind":"Name","value":"text"}}},{"kind":"Argument","name":{"kind":"Name","value":"image"},"value":{"kind":"Variable","name":{"kind":"Name","value":"image"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"image"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hits"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hits"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SearchResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"score"}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]}}]} as unknown as DocumentNode<SearchByPhotoQuery, SearchByPhotoQueryVariables>;
export const SearchWithReasonsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SearchWithReasons"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"text"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"imageId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"search"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"text"},"value":{"kind":"Variable","name":{"kind":"Name","value":"text"}}},{"kind":"Argument","name":{"kind":"Name","value":"imageId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"imageId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hits"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reasons"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hits"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SearchResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"score"}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reasons"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SearchResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rationale"}},{"kind":"Field","name":{"kind":"Name","value":"reranked"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<SearchWithReasonsQuery, SearchWithReasonsQueryVariables>;
export const SearchThenReasonsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SearchThenReasons"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"text"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"imageId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"search"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"text"},"value":{"kind":"Variable","name":{"kind":"Name","value":"text"}}},{"kind":"Argument","name":{"kind":"Name","value":"imageId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"imageId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Hits"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Reasons"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"defer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"label"},"value":{"kind":"StringValue","value":"SearchThenReasons$defer$Reasons","block":false}}]}]}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Hits"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SearchResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"score"}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Reasons"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"SearchResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rationale"}},{"kind":"Field","name":{"kind":"Name","value":"reranked"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"product"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<SearchThenReasonsQuery, SearchThenReasonsQueryVariables>;