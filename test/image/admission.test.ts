import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { Admission } from '../../src/policy/admission.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const { signal } = new AbortController();

describe('admission by weight', () => {
  test('never over capacity, first come first served, nothing lost, the line never over its length', async () => {
    const job = fc.record({ weight: fc.integer({ min: 0, max: 15 }), leaves: fc.boolean(), fails: fc.boolean() });
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant('come' as const) },
      { weight: 2, arbitrary: fc.constant('finish' as const) },
      { weight: 1, arbitrary: fc.constant('leave' as const) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(job, { minLength: 1, maxLength: 30 }),
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 0, max: 5 }),
        async (jobs, steps, capacity, maxWaiting) => {
          const admission = new Admission({ capacity, maxWaiting, maxWaitMs: 60_000, what: 'work' });
          const began: number[] = [];
          const outcomes = new Map<number, string>();
          const finish: (() => void)[] = [];
          const leave = new Map<number, AbortController>();
          let atWork = 0;
          let next = 0;
          const check = async () => {
            await turn();
            expect(atWork).toBeLessThanOrEqual(capacity);
            expect(admission.used).toBe(atWork);
            expect(admission.waiting).toBeLessThanOrEqual(maxWaiting);
          };
          const come = () => {
            const id = next++;
            const { weight, fails, leaves } = jobs[id]!;
            const controller = new AbortController();
            if (leaves) leave.set(id, controller);
            const cost = Math.min(weight, capacity);
            admission
              .run(weight, { signal: controller.signal }, async () => {
                began.push(id);
                leave.delete(id);
                atWork += cost;
                await new Promise<void>((resolve) => finish.push(resolve));
                atWork -= cost;
                if (fails) throw new Error('failed');
              })
              .then(
                () => outcomes.set(id, 'done'),
                (error) => outcomes.set(id, error instanceof MargayError ? error.code : error.name),
              );
          };
          for (const each of steps) {
            if (each === 'come' && next < jobs.length) come();
            else if (each === 'finish') finish.shift()?.();
            else if (each === 'leave') {
              const [id] = leave.keys();
              if (id !== undefined) leave.get(id)!.abort();
              leave.delete(id!);
            }
            await check();
          }
          while (finish.length > 0) {
            finish.shift()!();
            await check();
          }
          expect(began).toEqual([...began].sort((one, other) => one - other));
          expect(outcomes.size).toBe(next);
          expect(admission.used).toBe(0);
          expect(admission.waiting).toBe(0);
          for (const [id, outcome] of outcomes)
            expect(['done', 'Error', 'AbortError', 'OVERLOADED'], `job ${id}`).toContain(outcome);
        },
      ),
      { seed: 3, numRuns: 100 },
    );
  });

  test('a wait has an end', async () => {
    const admission = new Admission({ capacity: 1, maxWaiting: 5, maxWaitMs: 20, what: 'pictures' });
    const stop = Promise.withResolvers<void>();
    const first = admission.run(1, { signal }, () => stop.promise);
    await expect(admission.run(1, { signal }, async () => 'never')).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryAfter: 1,
    });
    expect(admission.waiting).toBe(0);
    stop.resolve();
    await first;
    expect(await admission.run(1, { signal }, async () => 'room')).toBe('room');
  });

  test('who leaves the head of the line lets the lighter ones behind pass', async () => {
    const admission = new Admission({ capacity: 10, maxWaiting: 5, maxWaitMs: 1_000, what: 'pictures' });
    const stop = Promise.withResolvers<void>();
    const first = admission.run(5, { signal }, () => stop.promise);
    const heavy = new AbortController();
    const blocked = admission.run(10, { signal: heavy.signal }, async () => 'heavy');
    const light = admission.run(5, { signal }, async () => 'light');
    heavy.abort();
    await expect(blocked).rejects.toMatchObject({ name: 'AbortError' });
    expect(await light).toBe('light');
    stop.resolve();
    await first;
  });
});
