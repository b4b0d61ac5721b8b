import { MargayError } from '../errors.ts';
import type { Renderer } from '../image/renderer.ts';
import { within } from '../policy/deadline.ts';
import { modelsIn, type Vectors, vectorsIn } from './remote-answer.ts';
import { apiOf, type ItemKind, type RemoteApi, type RemoteItem } from './remote-api.ts';
import { isAboutTheRequest, listed, type Named, PICTURE, startError, TEXT } from './remote-faults.ts';
import { dataUri } from './remote-picture.ts';
import type { RemoteWire } from './remote-wire.ts';

/** What the server's answers say of its model. */
export interface Probed {
  readonly dimensions: number;
  /** Whether the model makes one vector of words and a picture. */
  readonly joint: boolean;
  /** Tokens of a text that the model reads, where the server tells. */
  readonly maxTokens: number | undefined;
}

/** A side that every model takes, in pixels. */
const SIDE = 224;
const WORDS = 'a red mug';

export interface ProbeOptions {
  readonly write: Renderer['write'];
  readonly signal: AbortSignal;
  /** Of each question, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Asks for the embeddings of a text, of a picture and, where the API has them, of both, before anything is served.
 * @throws MargayError ENCODER_UNAVAILABLE that names the setting at fault; the signal's reason.
 */
export async function probe(wire: RemoteWire, named: Named, options: ProbeOptions): Promise<Probed> {
  const models = await served(wire, options);
  const known = models?.find(({ id }) => id === named.model);
  const offered = models?.map(({ id }) => id);
  // Infinity answers to any name where it has one model only: what is indexed would be of a model that nobody named.
  if (offered && offered.length > 0 && !known)
    throw new MargayError(
      'ENCODER_UNAVAILABLE',
      `The server at ENCODER_URL does not serve ENCODER_MODEL "${named.model}".`,
      { remedy: `Set ENCODER_MODEL to one that it has: ${listed(offered)}.` },
    );

  const gray = { size: SIDE, rgb: new Uint8Array(SIDE * SIDE * 3).fill(128) };
  const picture = await dataUri(gray, options.write);
  const ask = async (api: RemoteApi, kind: ItemKind, item: RemoteItem, dimensions?: number): Promise<Vectors> => {
    const body = api.body(named.model, kind, [item]);
    const answer = await patiently(options, (signal) => wire.post('/embeddings', body, signal));
    return vectorsIn(answer, { count: 1, dimensions });
  };
  const told = (step: string) => (error: unknown) => {
    options.signal.throwIfAborted();
    throw startError(error, named, step, offered);
  };

  const towers = apiOf(named.api, false);
  const { vectors } = await ask(towers, 'text', { text: WORDS }).catch(told(TEXT));
  const dimensions = vectors[0]!.length;
  await ask(towers, 'picture', { picture }, dimensions).catch(told(PICTURE));
  const joint =
    towers.both &&
    (await ask(apiOf(named.api, true), 'both', { text: WORDS, picture }, dimensions).then(
      () => true,
      // CLIP says so: its words and pictures have towers of their own.
      (error: unknown) => (isAboutTheRequest(error) ? false : told('embedding of a text with a picture')(error)),
    ));
  return { dimensions, joint, maxTokens: known?.max_model_len };
}

/** The list of models, for better words; a server need not have one. */
async function served(wire: RemoteWire, options: ProbeOptions) {
  try {
    return modelsIn(await patiently(options, (signal) => wire.get('/models', signal)));
  } catch {
    options.signal.throwIfAborted();
    return undefined;
  }
}

const patiently = <T>({ signal, timeoutMs }: ProbeOptions, ask: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  within(signal, timeoutMs, 'It', ask);
