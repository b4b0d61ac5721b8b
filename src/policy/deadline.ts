import { MargayError } from '../errors.ts';

/** The caller's signal joined with a deadline; its reason is a DEADLINE_EXCEEDED that says what was waited for. */
export function withDeadline(signal: AbortSignal, milliseconds: number, what: string): AbortSignal & Disposable {
  const controller = new AbortController();
  const timer = setTimeout(
    () =>
      controller.abort(
        new MargayError('DEADLINE_EXCEEDED', `${what} took longer than ${milliseconds} ms.`, {
          remedy: 'Try again later.',
        }),
      ),
    milliseconds,
  );
  timer.unref();
  return Object.assign(AbortSignal.any([signal, controller.signal]), { [Symbol.dispose]: () => clearTimeout(timer) });
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it is aborted; the work itself is told by the same signal. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The work with a deadline of its own: it is told by the signal, and its caller is let go at the deadline even where it does not listen. */
export async function within<T>(
  caller: AbortSignal,
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  using signal = withDeadline(caller, milliseconds, what);
  return await abortable(work(signal), signal);
}
