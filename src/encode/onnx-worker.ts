// The child process that runs the model. It answers one request at a time, in order, and ends with its parent.
import { OnnxSession, type Row, type RowResult, type SessionModel, UnfitGraph } from './onnx-session.ts';

export type WorkerRequest =
  | { readonly kind: 'load'; readonly model: SessionModel }
  | { readonly kind: 'run'; readonly id: number; readonly rows: readonly Row[]; readonly keepTokens: boolean };

export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unfit'; readonly graph?: 'vision' | 'encode'; readonly message: string }
  | { readonly kind: 'done'; readonly id: number; readonly rows: readonly RowResult[] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

const reply = (message: WorkerReply) => process.send?.(message);
const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));

let session: OnnxSession | undefined;

async function load(model: SessionModel): Promise<void> {
  try {
    session = await OnnxSession.load(model);
    reply({ kind: 'ready' });
  } catch (error) {
    reply({ kind: 'unfit', graph: error instanceof UnfitGraph ? error.graph : undefined, message: describe(error) });
  }
}

async function run(id: number, rows: readonly Row[], keepTokens: boolean): Promise<void> {
  try {
    if (!session) throw new Error('The model is not loaded.');
    reply({ kind: 'done', id, rows: await session.run(rows, keepTokens) });
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
