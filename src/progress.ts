import cliProgress from 'cli-progress';
import type { Outcome } from './ingest/indexer.ts';

/** Where there is no terminal: a line this often, in milliseconds. */
const LINE_EVERY = 5_000;
/** Faults told one by one; the rest are counted. */
const TOLD = 20;

/** Shows how an ingest goes, on standard error: a bar with rate and time left, or lines where it is not a terminal. */
export class Progress {
  readonly #bar: cliProgress.SingleBar;
  readonly #total: number;
  readonly #started = performance.now();
  readonly #counts = { INDEXED: 0, UNCHANGED: 0, FAILED: 0 };
  readonly #faults: string[] = [];
  readonly #told: boolean;
  #skipped = 0;
  #replaced = 0;

  /** @param verbose whether all faults are told in the end, and not the first few. */
  constructor(label: string, total: number, verbose = false) {
    this.#total = total;
    this.#told = verbose;
    this.#bar = new cliProgress.SingleBar(
      {
        format: `${label} {bar} {value}/{total} | {rate}/s | {left} left`,
        stream: process.stderr,
        noTTYOutput: !process.stderr.isTTY,
        notTTYSchedule: LINE_EVERY,
        hideCursor: true,
        etaBuffer: 50,
      },
      cliProgress.Presets.shades_grey,
    );
    this.#bar.start(total, 0, { rate: '-', left: '-' });
  }

  readonly count = (outcome: Outcome): void => {
    this.#counts[outcome.status] += 1;
    for (const { name, reason } of outcome.skipped)
      this.#faults.push(`${name === outcome.name ? name : `${outcome.name}, ${name}`}: ${reason}`);
    if (outcome.status === 'FAILED') {
      if (outcome.skipped.length === 0) this.#faults.push(`${outcome.name}: ${outcome.reason}`);
    } else {
      this.#skipped += outcome.skipped.length;
      if (outcome.status === 'INDEXED' && outcome.replaced) this.#replaced += 1;
    }
    const done = this.#counts.INDEXED + this.#counts.UNCHANGED + this.#counts.FAILED;
    const rate = done / ((performance.now() - this.#started) / 1000);
    const left = Math.ceil((this.#total - done) / rate);
    this.#bar.update(done, { rate: rate < 10 ? rate.toFixed(1) : Math.round(rate), left: `${left} s` });
  };

  /** Ends the bar; the summary in one line, then what was passed over. */
  finish(): string[] {
    this.#bar.stop();
    const { INDEXED, UNCHANGED, FAILED } = this.#counts;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    const told = this.#told ? this.#faults : this.#faults.slice(0, TOLD);
    const hidden = this.#faults.length - told.length;
    const indexed =
      this.#replaced > 0 ? `${INDEXED} indexed (${this.#replaced} of them replaced)` : `${INDEXED} indexed`;
    const passed = this.#skipped > 0 ? `, ${this.#skipped} picture(s) of others passed over` : '';
    return [
      `${indexed}, ${UNCHANGED} unchanged, ${FAILED} failed${passed}, in ${seconds} s`,
      ...told.map((fault) => `  passed over ${printable(fault)}`),
      ...(hidden > 0 ? [`  and ${hidden} more; --verbose tells them all`] : []),
    ];
  }
}

/** A file may be named like a line of ours, or like an order to the terminal. */
const printable = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
