// Runs a command beside a Milvus server of its own: node scripts/with-milvus.ts lite|standalone COMMAND [ARGUMENT ...]
// The command finds the server in MILVUS_ADDRESS. Needs scripts/milvus-venv.sh to have run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type MilvusKind, MilvusServer } from '../test/retrieve/milvus-server.ts';

const [kind, command, ...args] = process.argv.slice(2);
if ((kind !== 'lite' && kind !== 'standalone') || !command) {
  console.error('Usage: node scripts/with-milvus.ts lite|standalone COMMAND [ARGUMENT ...]');
  process.exit(2);
}
const server = await MilvusServer.start(kind satisfies MilvusKind);
try {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, MILVUS_ADDRESS: server.address } });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill(name));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await server.stop();
}
