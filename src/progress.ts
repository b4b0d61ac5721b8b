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
    const left = Math.max(0, Math.ceil((this.#total - done) / rate));
    // Where only the first so many that are good are wanted, those at fault come on top.
    if (done > this.#total) this.#bar.setTotal(done);
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

/** A rate is that of the last seconds, in milliseconds. */
const RATE_OVER = 10_000;
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** Shows how a download goes, on standard error: a bar with rate and time left, or lines where it is not a terminal. */
export class DownloadProgress {
  readonly #bar: cliProgress.SingleBar;
  readonly #total: number;
  /** What was there at some moments of the last seconds, oldest first. */
  readonly #seen: { at: number; bytes: number }[] = [];
  #bytes = 0;

  /** @param total in bytes. */
  constructor(total: number) {
    this.#total = total;
    this.#bar = new cliProgress.SingleBar(
      {
        format: `Downloading {bar} {percentage} % | {done} of ${megabytes(total)} MB | {rate} MB/s | {left} left`,
        stream: process.stderr,
        noTTYOutput: !process.stderr.isTTY,
        notTTYSchedule: LINE_EVERY,
        hideCursor: true,
      },
      cliProgress.Presets.shades_grey,
    );
    this.#bar.start(Math.max(1, total), 0, { done: '0.0', rate: '-', left: '-' });
  }

  /** @param bytes that are there now as well; a negative number where some have to come again. */
  add(bytes: number): void {
    this.#bytes += bytes;
    const now = performance.now();
    const last = this.#seen.at(-1);
    if (!last || now - last.at > 250) this.#seen.push({ at: now, bytes: this.#bytes });
    while (this.#seen.length > 2 && now - this.#seen[0]!.at > RATE_OVER) this.#seen.shift();
    const first = this.#seen[0]!;
    const rate = (this.#bytes - first.bytes) / Math.max(1, now - first.at);
    this.#bar.update(this.#bytes, {
      done: megabytes(this.#bytes),
      rate: rate > 0 ? (rate / 1000).toFixed(1) : '-',
      left: rate > 0 ? duration((this.#total - this.#bytes) / rate) : '-',
    });
  }

  end(): void {
    this.#bar.stop();
  }
}

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

/** A file may be named like a line of ours, or like an order to the terminal. */
const printable = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
