import { quantile, type Ratio } from './statistics.ts';

export interface Run {
  /** Fewer of everything: to see that it works, not to be quoted. */
  readonly quick: boolean;
  /** A data folder with the demo prepared. */
  readonly data: string;
  /** A line of the report. */
  readonly print: (line: string) => void;
}

export type Scenario = (run: Run) => Promise<void>;

/** Three digits that matter. */
export const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

export const spread = (values: readonly number[]): string =>
  `${number(quantile(values, 0.5))} / ${number(quantile(values, 0.95))}`;

export const interval = ({ ratio, low, high }: Ratio): string =>
  `${ratio.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

export const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

/** Rows under a header, columns wide enough. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
}
