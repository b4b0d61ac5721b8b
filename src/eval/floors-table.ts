import { bootstrap, groupsOf, type Interval } from './bootstrap.ts';
import { type DemoFloor, reaches } from './demo-floors.ts';
import { mean } from './metrics.ts';
import { table } from './quality-table.ts';

/** One figure of a model, and the floor that it is held against where there is one. */
export interface Measured {
  readonly name: string;
  /** What was measured: "P@1". */
  readonly figure: string;
  /** Queries, pictures or named attributes; undefined of what is no share of anything. */
  readonly count?: number;
  readonly value: number;
  /** 95 %; null where there is none to tell. */
  readonly interval: Interval | null;
  /** The same with products embedded by pictures and titles. */
  readonly titled?: number;
  readonly floor?: DemoFloor;
}

/**
 * The mean of something that each query or picture has.
 * @param about ids of the products that each query has to do with, by which is drawn; without them, each by itself.
 */
export const measured = (
  told: Pick<Measured, 'name' | 'figure' | 'floor' | 'titled'>,
  values: readonly number[],
  about?: readonly ReadonlySet<string>[],
): Measured => ({
  ...told,
  count: values.length,
  value: mean(values),
  interval: bootstrap(values, about ? groupsOf(about) : values.map((_, place) => [place])),
});

const HEAD = ['what is asked', 'figure', 'of', 'value', '95 % interval'];
const TITLED = 'with titles';

/** Markdown lines, the floors that were missed by name behind them. */
export function floorsTable(rows: readonly Measured[]): string[] {
  const held = rows.filter(({ floor }) => floor);
  const missed = held.filter((row) => !reaches(row.value, row.floor!));
  return [
    ...table(
      [...HEAD, 'floor', '', TITLED],
      rows.map((row) => [...figureCells(row), ...floorCells(row), titledCell(row)]),
    ),
    '',
    `${held.length - missed.length} of ${held.length} floors reached.${missed.length > 0 ? ` Missed: ${missed.map(({ name, figure }) => `${name} (${figure})`).join('; ')}.` : ''}`,
  ];
}

/** The same rows of a model that the floors are not for. */
export const figuresTable = (rows: readonly Measured[]): string[] =>
  table(
    [...HEAD, TITLED],
    rows.map((row) => [...figureCells(row), titledCell(row)]),
  );

const digits = (share: number) => share.toFixed(3);

const figureCells = ({ name, figure, count, value, interval }: Measured): string[] => [
  name,
  figure,
  count === undefined ? '' : String(count),
  Number.isNaN(value) ? 'none' : digits(value),
  interval ? `[${interval.map(digits).join(', ')}]` : '',
];

const floorCells = ({ value, interval, floor }: Measured): string[] =>
  floor ? [floorInWords(floor), verdict(value, interval, floor)] : ['', ''];

const titledCell = ({ titled }: Measured): string => (titled === undefined ? '' : digits(titled));

const floorInWords = ({ least, most }: DemoFloor): string =>
  [least !== undefined && `at least ${least.toFixed(2)}`, most !== undefined && `at most ${most.toFixed(2)}`]
    .filter(Boolean)
    .join(', ');

/** "reached" or "missed"; an interval with the floor in it says that other queries might have told otherwise. */
export function verdict(value: number, interval: Interval | null, floor: DemoFloor): string {
  const told = reaches(value, floor) ? 'reached' : 'missed';
  const unsure = interval?.some((end) => reaches(end, floor) !== reaches(value, floor));
  return unsure ? `${told}, the interval includes the floor` : told;
}
