import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { MargayError } from '../errors.ts';
import { diskFault } from './disk.ts';

const NAME = 'lock';
/** The holder touches its lock this often, in milliseconds. */
const TOUCH_MS = 10_000;
/** A lock untouched for so long is nobody's, in milliseconds. */
const STALE_MS = 60_000;

const Holder = z.object({ pid: z.number().int(), host: z.string() });

/**
 * Takes the folder for this process alone. The lock of a process that is gone is taken over: at once where it ran on this machine, else when nobody
 * touched it for a minute.
 * @returns what gives it back.
 * @throws MargayError BAD_INPUT when another process has it.
 */
export async function lockFolder(
  folder: string,
  self: { pid: number; isRunning: (pid: number) => boolean },
): Promise<() => Promise<void>> {
  const path = join(folder, NAME);
  for (let tries = 0; ; tries++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(JSON.stringify({ pid: self.pid, host: hostname() })).finally(() => file.close());
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskFault(error, path);
      if (tries > 3 || !(await isAbandoned(path, self.isRunning)))
        throw new MargayError('BAD_INPUT', 'Another process is pulling this model.', {
          remedy: `Wait for it, or end it first. If there is none, remove ${path}.`,
        });
      await removeAbandoned(path, self.isRunning);
    }
  }
  const touch = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), TOUCH_MS);
  touch.unref();
  let held = true;
  return async () => {
    // Once: afterwards it may be somebody else's.
    if (held) await rm(path, { force: true });
    held = false;
    clearInterval(touch);
  };
}

/** One at a time, and looked at once more: of two that saw the same dead lock, the second would otherwise remove the first one's new one. */
async function removeAbandoned(path: string, isRunning: (pid: number) => boolean): Promise<void> {
  const claim = `${path}.claim`;
  try {
    await (await open(claim, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskFault(error, claim);
    if ((await age(claim)) > STALE_MS) await rm(claim, { force: true });
    return;
  }
  try {
    if (await isAbandoned(path, isRunning)) await rm(path, { force: true });
  } finally {
    await rm(claim, { force: true });
  }
}

/** Since it was last touched, in milliseconds; 0 where it is gone. */
async function age(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found ? Date.now() - found.mtimeMs : 0;
}

async function isAbandoned(path: string, isRunning: (pid: number) => boolean): Promise<boolean> {
  if ((await age(path)) > STALE_MS) return true;
  let holder: z.infer<typeof Holder>;
  try {
    holder = Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Just made and not yet written, or cut short by a full disk: its age decides.
    return false;
  }
  return holder.host === hostname() && !isRunning(holder.pid);
}
