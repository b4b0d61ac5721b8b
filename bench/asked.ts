import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the benchmark that answers questions, one after another. */
export interface Asked<Questions extends Record<string, { ask: unknown; answer: unknown }>> {
  readonly pid: number;
  ask<Name extends keyof Questions & string>(
    name: Name,
    question: Questions[Name]['ask'],
  ): Promise<Questions[Name]['answer']>;
  end(): Promise<void>;
}

interface Reply {
  readonly answer?: unknown;
  readonly error?: string;
}

/** Longest wait for one answer, ms. */
const DEADLINE = 120_000;

export async function start<Questions extends Record<string, { ask: unknown; answer: unknown }>>(
  entry: URL,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  execArgv: readonly string[] = [],
): Promise<Asked<Questions>> {
  const child = fork(entry, args, {
    serialization: 'advanced',
    env: { ...process.env, ...env },
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const next = () => answerOf(child);
  await next();
  return {
    pid: child.pid!,
    async ask(name, question) {
      const answer = next();
      child.send({ name, question });
      return (await answer) as Questions[typeof name]['answer'];
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      how();
    };
    const onExit = () => settle(() => reject(new Error(`A process of the benchmark ended (${child.spawnargs[1]}).`)));
    const onMessage = ({ answer, error }: Reply) =>
      settle(() => (error === undefined ? resolve(answer) : reject(new Error(error))));
    const timer = setTimeout(() => settle(() => reject(new Error('A process of the benchmark is stuck.'))), DEADLINE);
    child.on('message', onMessage).on('exit', onExit);
  });
}

/** The other end: answers until the parent is gone, then `close` ends it. */
export function answer<Questions extends Record<string, { ask: unknown; answer: unknown }>>(
  answers: { [Name in keyof Questions]: (question: Questions[Name]['ask']) => Promise<Questions[Name]['answer']> },
  close: () => Promise<void>,
): void {
  process.on('message', ({ name, question }: { name: string; question: never }) => {
    answers[name]!(question).then(
      (given) => process.send?.({ answer: given }),
      (error) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => void close().then(() => process.exit()));
  process.send?.({});
}
