// Speaks the worker's protocol without a model: its ids are instructions. A vector holds the sum of the ids, the number of rows
// in the batch, how many batches this process has run, and its process id.
import { existsSync, rmSync } from 'node:fs';
import type { Row } from '../../src/encode/onnx-session.ts';
import type { WorkerReply, WorkerRequest } from '../../src/encode/onnx-worker.ts';
import { DIE, DIE_ONCE, HANG, REFUSE, SLOW } from './fake-instructions.ts';

let batches = 0;
let once = '';
const idsOf = (row: Row) => (row.kind === 'sight' ? [] : row.ids);
const reply = (message: WorkerReply) => process.send?.(message);

function run(id: number, rows: readonly Row[]): void {
  batches++;
  const asked = (instruction: number) => rows.some((row) => idsOf(row).includes(instruction));
  if (asked(DIE)) process.kill(process.pid, 'SIGKILL');
  if (asked(DIE_ONCE) && existsSync(once)) {
    rmSync(once);
    process.kill(process.pid, 'SIGKILL');
  }
  if (asked(HANG)) for (;;);
  if (asked(REFUSE)) return void reply({ kind: 'failed', id, message: 'No.' });
  // A picture of the color 255 is slow to look at: there is time to ask for something else meanwhile.
  const seen = rows.some((row) => row.kind === 'sight' && row.rgb[0] === 255);
  if (seen) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  if (asked(SLOW)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  const answers = rows.map((row) => ({
    vector: Float32Array.of(
      idsOf(row).reduce((sum, value) => sum + value, 0),
      rows.length,
      batches,
      process.pid,
    ),
    logits: {},
  }));
  reply({ kind: 'done', id, rows: answers });
}

process.on('message', (request: WorkerRequest) => {
  if (request.kind === 'run') return run(request.id, request.rows);
  if (request.model.mode !== 'joint') throw new Error('The fake worker has a joint model.');
  const { vision, encode } = request.model.graphs;
  once = encode;
  // The file that stands in for the vision graph makes it fail from the start.
  if (existsSync(vision)) process.exit(3);
  reply({ kind: 'ready', memory: 0 });
});
process.on('disconnect', () => process.exit());
