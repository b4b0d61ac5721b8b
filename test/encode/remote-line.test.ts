import { describe, expect, test } from 'vitest';
import { type Priority, RemoteLine, type RemoteLineOptions } from '../../src/encode/remote-line.ts';
import { isMargayError } from './margay-error.ts';

const signal = new AbortController().signal;

/** A line whose calls are kept open until they are ended by hand. */
function lineOf(options: Partial<RemoteLineOptions<string, string>> = {}) {
  const calls: { inputs: readonly string[]; signal: AbortSignal; end: (error?: unknown) => void }[] = [];
  const line = new RemoteLine<string, string>({
    call: (inputs, _kind, called) =>
      new Promise((resolve, reject) => {
        const end = (error?: unknown) => (error ? reject(error) : resolve(inputs.map((input) => `${input}!`)));
        calls.push({ inputs, signal: called, end });
      }),
    limit: () => 2,
    isAboutAnInput: (error) => error === 'input',
    atOnce: 2,
    indexAtOnce: 1,
    capacity: { query: 20, index: 20 },
    ...options,
  });
  const ask = (input: string, priority: Priority = 'query', kind = 'text', caller = signal) =>
    line.submit(input, kind, priority, caller);
  const tick = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const asked = () => calls.map(({ inputs }) => inputs.join(''));
  return { line, calls, ask, tick, asked };
}

describe('RemoteLine', () => {
  test('what comes in one tick goes together, by kind and priority, within the limit', async () => {
    const { ask, tick, asked, calls } = lineOf({ atOnce: 9, indexAtOnce: 9 });
    const results = Promise.all([
      ask('a'),
      ask('b', 'index'),
      ask('c', 'query', 'picture'),
      ask('d'),
      ask('e', 'index'),
      ask('f'),
    ]);
    await tick();
    expect(asked()).toEqual(['ad', 'c', 'f', 'be']);
    for (const { end } of calls) end();
    expect(await results).toEqual(['a!', 'b!', 'c!', 'd!', 'e!', 'f!']);
  });

  test('a query finds a free call while indexing is at work, and goes before it', async () => {
    const { ask, tick, asked, calls } = lineOf();
    for (const input of ['1', '2', '3', '4']) void ask(input, 'index');
    await tick();
    expect(asked()).toEqual(['12']);
    for (const input of ['a', 'b', 'c']) void ask(input);
    await tick();
    expect(asked()).toEqual(['12', 'ab']);
    calls[0]!.end();
    await tick();
    expect(asked()).toEqual(['12', 'ab', 'c']);
  });

  test('indexing gets a turn after eight calls of queries', async () => {
    const { ask, tick, asked, calls } = lineOf({ atOnce: 1, limit: () => 1 });
    void ask('0');
    await tick();
    void ask('i', 'index');
    for (let n = 1; n <= 12; n++) void ask(String(n));
    for (let n = 0; n < 10; n++) {
      calls.at(-1)!.end();
      await tick();
    }
    expect(asked().indexOf('i')).toBe(9);
  });

  test('what a shared call was refused for is found out one by one, and once', async () => {
    const { ask, tick, asked, calls } = lineOf({ limit: () => 3, atOnce: 9 });
    const results = Promise.allSettled([ask('a'), ask('b'), ask('c')]);
    await tick();
    calls[0]!.end('input');
    await tick();
    expect(asked().slice(1).toSorted()).toEqual(['a', 'b', 'c']);
    for (const { inputs, end } of calls.slice(1)) end(inputs[0] === 'b' ? 'input' : undefined);
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await tick();
    expect(calls).toHaveLength(4);
  });

  test('another failure is shared', async () => {
    const { ask, tick, calls } = lineOf();
    const results = Promise.allSettled([ask('a'), ask('b')]);
    await tick();
    calls[0]!.end('down');
    expect(await results).toEqual([
      { status: 'rejected', reason: 'down' },
      { status: 'rejected', reason: 'down' },
    ]);
    await tick();
    expect(calls).toHaveLength(1);
  });

  test('a call ends when the last of its callers has left; who waits leaves at once', async () => {
    const { ask, tick, calls } = lineOf({ atOnce: 1 });
    const [one, two, three] = [1, 2, 3].map(() => new AbortController());
    const results = Promise.allSettled([
      ask('a', 'query', 'text', one!.signal),
      ask('b', 'query', 'text', two!.signal),
      ask('c', 'query', 'text', three!.signal),
    ]);
    await tick();
    one!.abort('one');
    three!.abort('three');
    expect(calls[0]!.signal.aborted).toBe(false);
    two!.abort('two');
    expect(calls[0]!.signal.reason).toBe('two');
    expect(await results).toEqual(['one', 'two', 'three'].map((reason) => ({ status: 'rejected', reason })));
    calls[0]!.end('late');
    await tick();
    expect(calls).toHaveLength(1);
  });

  test('a full line is told, for each priority by itself', async () => {
    const { ask } = lineOf({ capacity: { query: 2, index: 1 } });
    const waiting = [ask('a'), ask('b'), ask('i', 'index')];
    for (const priority of ['query', 'index'] as const)
      await expect(ask('c', priority)).rejects.toSatisfy(isMargayError('OVERLOADED'));
    expect(waiting).toHaveLength(3);
  });
});
