import { boundedFetch } from '../policy/bounded-fetch.ts';
import { type Refusal, rootOf, WireFault } from '../policy/server-faults.ts';

/** A body longer than this is no answer, in bytes: 32 vectors of 16,384 dimensions in base64 are 2.8 MB, as decimal numbers 11 MB. */
const MAX_BODY = 16 * 1024 * 1024;

/** Of what is no JSON so much is looked at, in characters: far more than is told, as a key that stands in it is hidden first, and whole. */
const QUOTED = 2_000;

/** An answer with a status that is no success; the message is what the server says. */
export class HttpRefusal extends Error implements Refusal {
  readonly status: number;
  readonly retryAfter: string | null;

  constructor(status: number, retryAfter: string | null, said: string) {
    super(`${status}${said && `: ${said}`}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** As the policy reads this client's errors. */
export const refusalIn = (error: unknown): Refusal | undefined => (error instanceof HttpRefusal ? error : undefined);

/** What there is to say of an error: `fetch` itself only says that it failed. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const root = rootOf(error);
  // Where a name has several addresses all of them failed, and only the code says how.
  return root.message || ('code' in root ? String(root.code) : root.name);
}

/** Whether there was no connection, or none that lasted. */
export const isUnreachable = (error: unknown): boolean => error instanceof TypeError;

/** JSON over HTTP with a key, to one server. */
export class RemoteWire {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch = boundedFetch(MAX_BODY);

  /** @param url what stands before `/embeddings`, without a slash at its end. */
  constructor(url: string, key: string | undefined) {
    this.#url = url;
    this.#headers = {
      accept: 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    };
  }

  get(path: string, signal: AbortSignal): Promise<unknown> {
    return this.#ask(path, { headers: this.#headers, signal });
  }

  post(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body), signal });
  }

  /** @throws HttpRefusal; WireFault where the body is no JSON; what `fetch` throws where the connection breaks or the body is too long. */
  async #ask(path: string, request: RequestInit): Promise<unknown> {
    const response = await this.#fetch(`${this.#url}${path}`, request);
    if (!response.ok) {
      // The status says enough where its body breaks off.
      const text = await response.text().catch(() => '');
      throw new HttpRefusal(response.status, response.headers.get('retry-after'), saidIn(text));
    }
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new WireFault(`The answer is no JSON: ${text.slice(0, QUOTED)}`);
    }
  }
}

/** The words of a refusal: OpenAI's form, FastAPI's, or the body as it is. */
function saidIn(text: string): string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return text.slice(0, QUOTED);
  }
  const { error, message, detail } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const said = [(error as { message?: unknown } | undefined)?.message, message, detail, error].find(
    (one) => one !== undefined && one !== null,
  );
  if (typeof said === 'string') return said;
  // FastAPI quotes what it was sent: where and what is told, the picture is not.
  if (Array.isArray(said))
    return said.map((one) => `${one?.loc?.join?.('.') ?? ''} ${one?.msg ?? ''}`.trim()).join('; ');
  return JSON.stringify(said) ?? '';
}
