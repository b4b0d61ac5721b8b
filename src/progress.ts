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
  #skipped = 0;

  constructor(label: string, total: number) {
    this.#total = total;
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
    for (const { name, reason } of outcome.skipped) {
      this.#skipped += 1;
      this.#fault(`${name}: ${reason}`);
    }
    if (outcome.status === 'FAILED' && outcome.skipped.length === 0) this.#fault(`${outcome.name}: ${outcome.reason}`);
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
    const hidden = this.#faults.length - TOLD;
    return [
      `${INDEXED} indexed, ${UNCHANGED} unchanged, ${FAILED} failed, ${this.#skipped} picture(s) passed over, in ${seconds} s`,
      ...this.#faults.slice(0, TOLD).map((fault) => `  passed over ${fault}`),
      ...(hidden > 0 ? [`  and ${hidden} more`] : []),
    ];
  }

  get indexed(): number {
    return this.#counts.INDEXED;
  }

  #fault(text: string): void {
    this.#faults.push(text);
  }
}
