import { connect } from 'node:http2';

/** A call that every Milvus has, in gRPC's framing: no compression, an empty message. */
const CALL = { ':method': 'POST', ':path': '/milvus.proto.milvus.MilvusService/GetVersion' };
const HEADERS = { 'content-type': 'application/grpc', te: 'trailers' };
const EMPTY = Buffer.alloc(5);

/**
 * Whether the server answers on a new connection before `end`, be it with a refusal. By hand: a second client of the SDK holds the event loop
 * for half a second.
 * @param address host:port, or https://host:port.
 */
export function answersAnew(address: string, end: AbortSignal): Promise<boolean> {
  if (end.aborted) return Promise.resolve(false);
  const session = connect(/^https?:/.test(address) ? address : `http://${address}`);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const isLate = () => resolve(false);
  end.addEventListener('abort', isLate, { once: true });
  session.once('error', isLate).once('close', isLate);
  session.unref();
  const call = session.request({ ...CALL, ...HEADERS });
  call.on('error', isLate).once('response', () => resolve(true));
  call.end(EMPTY);
  return promise.finally(() => {
    end.removeEventListener('abort', isLate);
    session.on('error', () => {}).destroy();
  });
}
