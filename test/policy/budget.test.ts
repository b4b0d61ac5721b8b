import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget } from '../../src/policy/budget.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A budget whose clock the test moves. */
function budgetOf(perHour: number) {
  const clock = { now: 1_000 * HOUR };
  return { clock, budget: new Budget(perHour, () => clock.now) };
}

const refusal = (work: () => void) => {
  try {
    work();
  } catch (error) {
    return error as { code: string; retryAfter: number };
  }
  return undefined;
};

describe('a budget', () => {
  test('lets in until the hour is used up, then says when to come again', () => {
    const { budget, clock } = budgetOf(100);
    const allowance = budget.of('a');
    allowance.reserve(30);
    allowance.charge(60);
    allowance.release(30);
    allowance.reserve(30);
    allowance.charge(50);
    allowance.release(30);
    const refused = refusal(() => allowance.reserve(1));
    expect(refused).toMatchObject({ code: 'RATE_LIMITED' });
    clock.now += refused!.retryAfter * 1000 - 1;
    expect(refusal(() => allowance.reserve(1))).toBeDefined();
    clock.now += 1;
    expect(refusal(() => allowance.reserve(1))).toBeUndefined();
  });

  test('counts what is under way, so that many at once are no way around it', () => {
    const { budget } = budgetOf(100);
    const allowance = budget.of('a');
    const admitted = Array.from({ length: 20 }, () => refusal(() => allowance.reserve(40))).filter((no) => !no);
    expect(admitted).toHaveLength(3);
    expect(refusal(() => allowance.reserve(40))?.retryAfter).toBe(1);
    allowance.release(40);
    expect(refusal(() => allowance.reserve(40))).toBeUndefined();
  });

  test('is each client’s own, however it is asked for', () => {
    const { budget } = budgetOf(10);
    budget.of('a').charge(10);
    expect(refusal(() => budget.of('a').reserve(1))).toBeDefined();
    expect(refusal(() => budget.of('b').reserve(1))).toBeUndefined();
  });

  test('never spends more in any hour than the limit and one reservation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 1_000 }),
        fc.array(fc.tuple(fc.nat(20 * MINUTE), fc.integer({ min: 1, max: 200 })), { maxLength: 60 }),
        (perHour, steps) => {
          const { budget, clock } = budgetOf(perHour);
          const allowance = budget.of('a');
          const spent: { at: number; units: number }[] = [];
          for (const [pause, units] of steps) {
            clock.now += pause;
            if (refusal(() => allowance.reserve(units))) continue;
            allowance.charge(units);
            allowance.release(units);
            spent.push({ at: clock.now, units });
          }
          for (const { at, units } of spent) {
            const hour = spent.filter((one) => one.at > at - HOUR && one.at <= at);
            expect(hour.reduce((sum, one) => sum + one.units, 0)).toBeLessThan(perHour + units);
          }
        },
      ),
    );
  });
});
