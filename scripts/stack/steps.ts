/** One call that the gateway made of an adapter of its own. */
export interface Step {
  readonly name: string;
  /** In milliseconds since 1970, with fractions. */
  readonly from: number;
  readonly to: number;
  /** What was given and what came, in bytes, where that says something. */
  readonly given?: number | undefined;
  readonly came?: number | undefined;
  readonly note?: string | undefined;
}

type Told = Pick<Step, 'name' | 'given' | 'came' | 'note'>;

/** What is told of a call, by its arguments and its result. */
// biome-ignore lint/suspicious/noExplicitAny: methods of any adapter.
export type Teller = (given: any[], came: any) => Told;

const now = () => performance.timeOrigin + performance.now();

/** The same object; calls of the methods named are written down when they are over, refused ones too. */
export function timed<T extends object>(part: T, tellers: Readonly<Record<string, Teller>>, steps: Step[]): T {
  return new Proxy(part, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const teller = typeof name === 'string' && Object.hasOwn(tellers, name) ? tellers[name] : undefined;
      if (!teller) return value.bind(target);
      return async (...given: unknown[]) => {
        const from = now();
        try {
          const came: unknown = await value.apply(target, given);
          steps.push({ from, to: now(), ...teller(given, came) });
          return came;
        } catch (error) {
          steps.push({ from, to: now(), name: String(name), note: 'failed' });
          throw error;
        }
      };
    },
  });
}

/** Milliseconds in which at least one of them was under way. */
export function covered(steps: readonly Pick<Step, 'from' | 'to'>[]): number {
  let sum = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of steps.toSorted((one, other) => one.from - other.from)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}
