import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All temporary files of a run lie in one folder, which goes with it: LanceDB leaves empty folders of its own when it builds an index. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'margay-test-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
