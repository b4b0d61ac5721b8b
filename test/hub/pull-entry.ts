/** A process that pulls the tiny model: node pull-entry.ts HUB FOLDER [FILLER]. Exit status 1 and one line on standard error on a fault. */
import { rmSync, writeFileSync } from 'node:fs';
import { MargayError } from '../../src/errors.ts';
import { pull } from '../../src/hub/pull.ts';
import { fakeGolden, tinyModel } from './tiny-model.ts';

const [endpoint, folder, filler] = process.argv.slice(2);

/** Takes all that is left on the disk, as somebody else would. */
function fillDisk(path: string): void {
  try {
    for (let bytes = 2 ** 22, at = 0; bytes >= 1; at++) {
      try {
        writeFileSync(`${path}${at}`, Buffer.alloc(bytes));
      } catch {
        rmSync(`${path}${at}`, { force: true });
        bytes = Math.floor(bytes / 4);
      }
    }
  } catch {
    // It is full.
  }
}

let filled = filler === undefined;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
try {
  await pull(tinyModel(), folder!, {
    hub: { endpoint: endpoint!, proxy: {}, stallMs: 5_000 },
    signal: stop.signal,
    self: {
      pid: process.pid,
      isRunning: (pid) => {
        try {
          return process.kill(pid, 0);
        } catch {
          return false;
        }
      },
    },
    makeGolden: fakeGolden,
    say: (line) => process.stdout.write(`${line}\n`),
    meter: () => ({
      add: (bytes) => {
        process.stdout.write(`+${bytes}\n`);
        if (!filled && bytes > 0) fillDisk(filler!);
        filled = true;
      },
      end: () => {},
    }),
    patience: { attempts: 3, firstWaitMs: 1, longestWaitMs: 20 },
  });
} catch (error) {
  const told = error instanceof MargayError ? `${error.code}: ${error.message} ${error.remedy}` : String(error);
  process.stderr.write(`${told}\n`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
