// The child process that runs the model. It answers one request at a time, in order, and ends with its parent.
import { JointSession } from './onnx-joint-session.ts';
import {
  type GraphName,
  type Row,
  type RowResult,
  type Session,
  type SessionModel,
  UnfitGraph,
} from './onnx-session.ts';
import { TwoTowerSession } from './onnx-two-tower-session.ts';

export type WorkerRequest =
  | { readonly kind: 'load'; readonly model: SessionModel }
  | { readonly kind: 'run'; readonly id: number; readonly rows: readonly Row[]; readonly keepTokens: boolean };

export type WorkerReply =
  | { readonly kind: 'ready'; readonly memory: number }
  | { readonly kind: 'unfit'; readonly graph?: GraphName; readonly message: string }
  | { readonly kind: 'done'; readonly id: number; readonly rows: readonly RowResult[] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

const reply = (message: WorkerReply) => process.send?.(message);
const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));

let session: Session | undefined;
let alone = false;

const open = (model: SessionModel): Promise<Session> =>
  model.mode === 'joint' ? JointSession.open(model) : TwoTowerSession.open(model);

async function load(model: SessionModel): Promise<void> {
  try {
    session = await open(model);
    alone = model.alone;
    reply({ kind: 'ready', memory: process.memoryUsage.rss() });
  } catch (error) {
    reply({ kind: 'unfit', graph: error instanceof UnfitGraph ? error.graph : undefined, message: describe(error) });
  }
}

async function run(id: number, rows: readonly Row[], keepTokens: boolean): Promise<void> {
  try {
    if (!session) throw new Error('The model is not loaded.');
    const batches = alone ? rows.map((row) => [row]) : [rows];
    const done: RowResult[] = [];
    for (const batch of batches) done.push(...(await session.run(batch, keepTokens)));
    reply({ kind: 'done', id, rows: done });
  } catch (error) {
    reply({ kind: 'failed', id, message: describe(error) });
  }
}

process.on('message', (request: WorkerRequest) => {
  if (request.kind === 'load') void load(request.model);
  else void run(request.id, request.rows, request.keepTokens);
});
process.on('disconnect', () => process.exit());
// A terminal sends Ctrl-C to the whole group: the parent drains its searches first and then ends this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
