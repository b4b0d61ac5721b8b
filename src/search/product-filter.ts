import type { FieldDefinition, FieldKind } from '../catalog/definition.ts';
import { MargayError } from '../errors.ts';
import type { Filter, FilterField, FilterTest, FilterValue } from '../retrieve/filter.ts';
import { MAX_TEXT } from './query.ts';

/** Levels of `and`, `or` and `not` in each other. */
export const MAX_FILTER_LEVELS = 8;
/** Tests of values; and as many filters inside of `and`, `or` and `not`, however empty. */
export const MAX_FILTER_TESTS = 200;
/** Values of one `in`. */
export const MAX_IN_VALUES = 1000;
/** Values of all `in` together. */
const MAX_VALUES = 5000;

const PRODUCT_ID: FilterField = { name: 'id', kind: 'ID' };
const COMPARED = ['eq', 'lt', 'lte', 'gt', 'gte', 'isNull'];
/** What a field of each kind can be tested by; the input types of the API are made from it. */
export const OPERATORS: Readonly<Record<FieldKind, readonly string[]>> = {
  ID: ['eq', 'in'],
  String: ['eq', 'ne', 'in', 'startsWith', 'isNull'],
  Int: COMPARED,
  Float: COMPARED,
  DateTime: COMPARED,
  Boolean: ['eq', 'isNull'],
  StringList: ['has', 'isNull'],
};

type Input = Readonly<Record<string, unknown>>;

/**
 * The filter that was sent, as GraphQL's input object brings it: `and`, `or` and `not` beside fields by name. All of one object must hold,
 * and {} holds for everything. What was left out is absent; a null that was written is a mistake, since no value equals it.
 * @param fields of the catalog's definition. Those without `filter` can't be named; `id` always can.
 * @param argument what the client calls it.
 * @throws MargayError BAD_INPUT, its `argument` the path to the fault, as `filter.or[1].price.lte`, or where it is too large `argument`.
 */
export function toFilter(input: Input, fields: readonly FieldDefinition[], argument = 'filter'): Filter {
  const known = new Map(fields.filter(({ filter }) => filter).map(({ name, kind }) => [name, { name, kind }]));
  return new Reading(known.set(PRODUCT_ID.name, PRODUCT_ID), argument).filter(input, argument, 0);
}

/** Counts as it reads, so that what is too large is refused before it is built. */
class Reading {
  readonly #fields: ReadonlyMap<string, FilterField>;
  readonly #argument: string;
  #tests = 0;
  #filters = 0;
  #values = 0;

  constructor(fields: ReadonlyMap<string, FilterField>, argument: string) {
    this.#fields = fields;
    this.#argument = argument;
  }

  filter(input: Input, path: string, level: number): Filter {
    this.#limit(level, MAX_FILTER_LEVELS, 'levels of and, or and not');
    const filters = Object.entries(input).flatMap(([name, value]): Filter[] => {
      const at = `${path}.${name}`;
      if (value === undefined) return [];
      if (name === 'and' || name === 'or') return [{ op: name, filters: this.#inner(there(value, at), at, level) }];
      if (name === 'not') return [{ op: name, filter: this.#inner([there(value, at)], at, level)[0]! }];
      const field = this.#fields.get(name);
      if (!field) throw refused(at, 'is no field to filter by', `Filter by ${[...this.#fields.keys()].join(', ')}.`);
      return this.#ofField(field, there(value, at, `Write ${name}: { isNull: true }, or leave ${name} out.`), at);
    });
    return filters.length === 1 ? filters[0]! : { op: 'and', filters };
  }

  #inner(inputs: unknown, path: string, level: number): Filter[] {
    const list = inputs as readonly Input[];
    this.#filters += list.length;
    this.#limit(this.#filters, MAX_FILTER_TESTS, 'filters in and, or and not');
    return list.map((input, place) =>
      this.filter(input, path.endsWith('.not') ? path : `${path}[${place}]`, level + 1),
    );
  }

  #ofField(field: FilterField, operators: unknown, path: string): FilterTest[] {
    return Object.entries(operators as Input).flatMap(([op, sent]): FilterTest[] => {
      const at = `${path}.${op}`;
      if (sent === undefined) return [];
      if (!OPERATORS[field.kind].includes(op))
        throw refused(at, 'is no such test', `Use ${OPERATORS[field.kind].join(', ')}.`);
      this.#limit(++this.#tests, MAX_FILTER_TESTS, 'tests');
      const value = there(sent, at, op === 'isNull' ? undefined : `Write isNull: true, or leave ${op} out.`);
      if (op === 'in') return [{ op, field, values: this.#list(field, value, at) }];
      if (op === 'isNull') return [{ op, field, value: Boolean(value) }];
      return [{ op, field, value: stored(field.kind, value, at) } as FilterTest];
    });
  }

  #list(field: FilterField, sent: unknown, path: string): FilterValue[] {
    const list = sent as readonly unknown[];
    if (list.length > MAX_IN_VALUES)
      throw refused(path, `has ${list.length} values, more than ${MAX_IN_VALUES}`, 'Send fewer of them.');
    this.#values += list.length;
    this.#limit(this.#values, MAX_VALUES, 'values in its lists');
    return list.map((value, place) => stored(field.kind, value, `${path}[${place}]`));
  }

  #limit(count: number, most: number, what: string): void {
    if (count > most)
      throw refused(this.#argument, `has more than ${most} ${what}`, 'Send a smaller filter, or several requests.');
  }
}

/** A variable that is not sent never comes here; one that is null does. */
function there(value: unknown, path: string, remedy = `Leave ${path.slice(path.lastIndexOf('.') + 1)} out.`): unknown {
  if (value === null) throw refused(path, 'is null', remedy);
  return value;
}

/** As it is stored. GraphQL has seen to the types; this to what they still let through. */
function stored(kind: FieldKind, value: unknown, path: string): FilterValue {
  if (kind === 'Boolean') return value as boolean;
  if (kind === 'Int' || kind === 'Float' || kind === 'DateTime') {
    const number = Number(value);
    if (!Number.isFinite(number) || (kind === 'Int' && number !== (number | 0)))
      throw refused(path, `is no ${kind}`, `Send a ${kind === 'DateTime' ? 'time' : 'number'} of that type.`);
    return number;
  }
  const text = String(value);
  if (text.length > MAX_TEXT)
    throw refused(path, `is ${text.length} characters long, more than ${MAX_TEXT}`, `Send at most ${MAX_TEXT}.`);
  // A store would compare the replacement character in its place.
  if (!text.isWellFormed()) throw refused(path, 'holds a character that is not text', 'Send whole characters.');
  return text;
}

const refused = (argument: string, fault: string, remedy: string) =>
  new MargayError('BAD_INPUT', `${argument} ${fault}.`, { argument, remedy });
