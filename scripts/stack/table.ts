import { table } from '../../bench/report.ts';
import type { Exchange } from './counting-proxy.ts';
import { covered, type Step } from './steps.ts';

/** All that was seen of one request. */
export interface Seen {
  /** Between the client and the gateway; the last one is the request. */
  readonly client: readonly Exchange[];
  readonly milvus: readonly Exchange[];
  readonly llama: readonly Exchange[];
  readonly steps: readonly Step[];
}

const HEADER = ['step', 'seen by', 'from ms', 'took ms', 'bytes in', 'bytes out', ''];

/** A row a step in the order of their beginnings, then what lies between them and the whole. */
export function stepTable({ client, milvus, llama, steps }: Seen): string[] {
  const whole = client.at(-1)!;
  const wire: Step[] = llama.map(({ line, from, to, up, down }, place) => ({
    name: llama.length > 1 && place === 0 ? 'caption call' : `ranking call${place > 1 ? ', again' : ''}`,
    from,
    to,
    given: up,
    came: down,
    note: line.replace(/ HTTP\/1\.1$/, ''),
  }));
  const inside = [...together(steps), ...wire].toSorted((one, other) => one.from - other.from);
  const [up, down] = [sum(milvus, 'up'), sum(milvus, 'down')];
  const rows = inside.map((step) => {
    const isSearch = step.name === 'search';
    const isWire = wire.includes(step);
    return [
      isSearch ? 'Milvus search' : step.name,
      isWire ? 'proxy' : isSearch ? 'clock, proxy' : 'clock',
      ms(step.from - whole.from),
      ms(step.to - step.from),
      bytes(isSearch ? up : step.given),
      bytes(isSearch ? down : step.came),
      step.note ?? '',
    ];
  });
  const total = whole.to - whole.from;
  const between = total - covered(inside);
  return table([
    HEADER,
    ...rows,
    ['between them', '', '', ms(between), '', '', 'HTTP, multipart, GraphQL, prompts, JSON'],
    [
      'the whole request',
      'proxy',
      '0.0',
      ms(total),
      bytes(whole.up),
      bytes(whole.down),
      whole.line.replace(/ HTTP\/1\.1$/, ''),
    ],
  ]);
}

/** Thumbnails are fetched at once, one by one. */
function together(steps: readonly Step[]): Step[] {
  const many = steps.filter(({ name }) => name === 'thumbnails');
  if (many.length < 2) return [...steps];
  const one: Step = {
    name: 'thumbnails',
    from: Math.min(...many.map(({ from }) => from)),
    to: Math.max(...many.map(({ to }) => to)),
    came: many.reduce((all, { came }) => all + (came ?? 0), 0),
    note: `${many.length} files`,
  };
  return [...steps.filter(({ name }) => name !== 'thumbnails'), one];
}

/** With commas. */
export const count = (value: number) => value.toLocaleString('en-US');

const sum = (exchanges: readonly Exchange[], way: 'up' | 'down') =>
  exchanges.reduce((all, exchange) => all + exchange[way], 0);
const ms = (value: number) => value.toFixed(1);
const bytes = (value: number | undefined) => (value === undefined ? '' : count(value));
