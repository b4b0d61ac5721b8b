import type { CatalogDefinition, FieldDefinition } from '../catalog/definition.ts';
import { faultOfId, type ProductId } from '../catalog/product.ts';
import { toFields } from '../catalog/product-fields.ts';
import { type ErrorCode, MargayError } from '../errors.ts';
import type { GivenOutcome } from '../ingest/given-products.ts';
import type { SourceProduct } from '../ingest/source.ts';
import type { Filter as StoreFilter } from '../retrieve/filter.ts';
import { toFilter } from '../search/product-filter.ts';
import { matchesAll } from '../search/whole-catalog.ts';
import type { Builder } from './builder.ts';
import type { catalogTypes } from './catalog.ts';
import type { GraphContext } from './context.ts';
import type { ProductTypes } from './product.ts';

/** Products of one request, pictures of one product, and ids of one deletion. */
const MAX_PRODUCTS = 100;
const MAX_IMAGES = 50;
const MAX_IDS = 1_000;

type ProductInput = Readonly<Record<string, unknown>>;
interface ImageInput {
  readonly file?: unknown;
}
interface Selector {
  readonly ids?: readonly ProductId[] | null;
  readonly filter?: Readonly<Record<string, unknown>> | null;
}

/** `Mutation.indexProducts` and `Mutation.deleteProducts`. */
export function indexingTypes(
  builder: Builder,
  definition: CatalogDefinition,
  { Filter }: ProductTypes,
  { ErrorCode }: ReturnType<typeof catalogTypes>,
): void {
  // biome-ignore lint/suspicious/noExplicitAny: an Upload is whatever came; readPicture looks at it.
  const ImageInput = builder.inputRef<any>('ImageInput');
  ImageInput.implement({ isOneOf: true, fields: (t) => ({ file: t.field({ type: 'Upload' }) }) });

  const Input = builder.inputRef<Record<string, unknown>>(`${definition.type}Input`);
  Input.implement({
    // biome-ignore lint/suspicious/noExplicitAny: which fields there are the definition says; toFields reads them by name.
    fields: (t): any => ({
      id: t.id({ required: true }),
      ...Object.fromEntries(
        definition.fields.map((field) => [
          field.name,
          t.field({ type: inputOf(field) as 'String', required: field.required }),
        ]),
      ),
      [definition.images]: t.field({ type: [ImageInput], required: true }),
    }),
  });

  const Selector = builder.inputRef<Selector>(`${definition.type}Selector`);
  Selector.implement({
    isOneOf: true,
    fields: (t) => ({ ids: t.idList(), filter: t.field({ type: Filter }) }),
  });

  const IndexStatus = builder.enumType('IndexStatus', { values: ['INDEXED', 'UNCHANGED', 'FAILED'] as const });
  const IndexError = builder.objectRef<{ code: ErrorCode; message: string }>('IndexError').implement({
    fields: (t) => ({ code: t.expose('code', { type: ErrorCode }), message: t.exposeString('message') }),
  });
  const IndexOutcome = builder.objectRef<GivenOutcome>('IndexOutcome').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      status: t.expose('status', { type: IndexStatus }),
      error: t.field({
        type: IndexError,
        nullable: true,
        resolve: (outcome) => (outcome.status === 'FAILED' ? told(outcome.error) : null),
      }),
    }),
  });
  const DeletePayload = builder.objectRef<{ deletedCount: number }>('DeletePayload').implement({
    fields: (t) => ({ deletedCount: t.exposeInt('deletedCount') }),
  });

  builder.mutationFields((t) => ({
    indexProducts: t.field({
      type: [IndexOutcome],
      args: { products: t.arg({ type: [Input], required: true }) },
      resolve: async (_root, { products }, context) => {
        context.checkWriter();
        if (products.length < 1 || products.length > MAX_PRODUCTS)
          throw new MargayError('BAD_INPUT', `products has ${products.length} items, outside 1 to ${MAX_PRODUCTS}.`, {
            argument: 'products',
            remedy: `Send 1 to ${MAX_PRODUCTS} products a request.`,
          });
        return indexEach(products, definition, context);
      },
    }),
    deleteProducts: t.field({
      type: DeletePayload,
      args: { where: t.arg({ type: Selector, required: true }) },
      resolve: async (_root, { where }, { checkWriter, writes, signal }) => {
        checkWriter();
        return { deletedCount: await writes.remove(toSelection(where, definition), { signal }) };
      },
    }),
  }));
}

const inputOf = ({ kind }: FieldDefinition) => (kind === 'StringList' ? ['String'] : kind);

/** Those that can be tried are, together; the others have failed already. */
async function indexEach(
  given: readonly ProductInput[],
  definition: CatalogDefinition,
  context: GraphContext,
): Promise<GivenOutcome[]> {
  const first = new Map<ProductId, number>();
  const products: SourceProduct[] = [];
  const faults = new Map<number, unknown>();
  for (const [place, product] of given.entries())
    try {
      products.push(toProduct(product, place, first, definition, context));
    } catch (error) {
      faults.set(place, error);
    }
  const done = products.length > 0 ? await context.writes.index(products, context) : [];
  const rest = done.values();
  const outcomes = given.map(
    ({ id }, place): GivenOutcome =>
      faults.has(place) ? { id: String(id), status: 'FAILED', error: faults.get(place) } : rest.next().value!,
  );
  const ours = new Set(
    outcomes.flatMap((each) => (each.status === 'FAILED' && isOurs(each.error) ? [each.error] : [])),
  );
  for (const error of ours) context.stages.report(error);
  return outcomes;
}

function toProduct(
  given: ProductInput,
  place: number,
  first: Map<ProductId, number>,
  definition: CatalogDefinition,
  { readPicture }: GraphContext,
): SourceProduct {
  const at = `products[${place}]`;
  const id = String(given.id);
  const fault = faultOfId(id);
  if (fault) throw refused(`${at}.id`, fault, 'Send an id of 1 to 512 bytes of text.');
  const before = first.get(id);
  if (before !== undefined)
    throw refused(`${at}.id`, `is that of products[${before}] too`, 'Send each product once a request.');
  first.set(id, place);
  const images = given[definition.images] as readonly ImageInput[];
  const pictures = `${at}.${definition.images}`;
  if (images.length === 0) throw refused(pictures, 'is empty', 'Send at least one picture.');
  if (images.length > MAX_IMAGES)
    throw refused(pictures, `has more than ${MAX_IMAGES} pictures`, `Send at most ${MAX_IMAGES}.`);
  return {
    id,
    fields: fieldsAt(at, given, definition),
    images: images.map(({ file }, ordinal) => {
      const name = `${pictures}[${ordinal}].file`;
      return { name, read: () => readPicture(file, name) };
    }),
  };
}

function fieldsAt(at: string, given: ProductInput, definition: CatalogDefinition): SourceProduct['fields'] {
  try {
    return toFields(definition, given);
  } catch (error) {
    if (!(error instanceof MargayError)) throw error;
    const { code, message, argument, remedy } = error;
    throw new MargayError(code, `${at}.${message}`, {
      argument: `${at}.${argument}`,
      ...(remedy !== undefined && { remedy }),
    });
  }
}

function toSelection({ ids, filter }: Selector, definition: CatalogDefinition): readonly ProductId[] | StoreFilter {
  if (ids) {
    if (ids.length < 1 || ids.length > MAX_IDS)
      throw refused('where.ids', `has ${ids.length} ids, outside 1 to ${MAX_IDS}`, `Send 1 to ${MAX_IDS} ids.`);
    for (const [place, id] of ids.entries()) {
      const fault = faultOfId(id);
      if (fault) throw refused(`where.ids[${place}]`, fault, 'Send ids of products.');
    }
    return ids;
  }
  const read = toFilter(filter!, definition.fields, 'where.filter');
  if (matchesAll(read, definition))
    throw refused(
      'where.filter',
      'matches every product: the whole catalog would be gone',
      'Say which products, as in filter: { id: { in: ["a", "b"] } }; a catalog is made anew by npm run index -- SOURCE --rebuild.',
    );
  return read;
}

const refused = (argument: string, fault: string, remedy: string) =>
  new MargayError('BAD_INPUT', `${argument} ${fault}.`, { argument, remedy });

const isOurs = (error: unknown) =>
  !(error instanceof MargayError) || ['INTERNAL', 'STORE_UNAVAILABLE', 'ENCODER_UNAVAILABLE'].includes(error.code);

/** An outcome has no place for a remedy: it follows the message. */
function told(error: unknown): { code: ErrorCode; message: string } {
  if (!(error instanceof MargayError) || error.code === 'INTERNAL')
    return { code: 'INTERNAL', message: 'Something went wrong on our side.' };
  return { code: error.code, message: error.remedy ? `${error.message} ${error.remedy}` : error.message };
}
