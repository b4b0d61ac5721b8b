import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../policy/deadline.ts';
import { isUnanswered } from './milvus-errors.ts';

/** Between two questions to a connection that gRPC is making anew. */
const AGAIN_MS = 100;
/** The question of both probes, which every Milvus answers at once, in gRPC's framing: no compression, an empty message. */
const CALL = { ':method': 'POST', ':path': '/milvus.proto.milvus.MilvusService/GetVersion' };
const HEADERS = { 'content-type': 'application/grpc', te: 'trailers' };
const EMPTY = Buffer.alloc(5);

/** A channel of the SDK's pool, as far as a probe needs it. */
export interface ProbeChannel {
  GetVersion(request: object, options: { readonly deadline: Date }, done: (error: unknown) => void): unknown;
}

/**
 * Whether anything comes back on this channel before `end`, be it a refusal.
 * @param longestMs how long one question may wait for its answer.
 */
export async function answers(channel: ProbeChannel, end: AbortSignal, longestMs: number): Promise<boolean> {
  while (!end.aborted) {
    const call = new Promise<boolean>((resolve) => {
      const deadline = new Date(Date.now() + longestMs);
      channel.GetVersion({}, { deadline }, (error) => resolve(!isUnanswered(error)));
    });
    if (await abortable(call, end).catch(() => false)) return !end.aborted;
    await sleep(AGAIN_MS, undefined, { ref: false, signal: end }).catch(() => {});
  }
  return false;
}

/**
 * Whether the server answers the same call on a new connection before `end`, be it with a refusal. By hand: a second client of the SDK holds the event loop
 * for half a second.
 * @param address host:port, or https://host:port.
 * @throws TypeError where that is no URL.
 */
export async function answersAnew(address: string, end: AbortSignal): Promise<boolean> {
  if (end.aborted) return false;
  const session = connect(/^https?:/.test(address) ? address : `http://${address}`);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const isLate = () => resolve(false);
  end.addEventListener('abort', isLate, { once: true });
  session.once('error', isLate).once('close', isLate);
  session.unref();
  const call = session.request({ ...CALL, ...HEADERS });
  call.on('error', isLate).once('response', () => resolve(true));
  call.end(EMPTY);
  return await promise.finally(() => {
    end.removeEventListener('abort', isLate);
    session.on('error', () => {}).destroy();
  });
}
