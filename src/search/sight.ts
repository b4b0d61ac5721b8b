import type { MediaStore, QueryPicture } from '../catalog/media-store.ts';
import type { Encoder, ModelPixels } from '../encode/encoder.ts';
import { MargayError } from '../errors.ts';
import type { Decoder, Picture } from '../image/decoder.ts';
import { once } from '../policy/once.ts';

export interface SightStages {
  readonly decoder: Decoder;
  readonly encoder: Encoder;
  readonly media: MediaStore;
}

/** A query picture, decoded once. */
export interface Sight {
  /** Content hash. */
  readonly id: string;
  readonly pixels: ModelPixels;
  load(): Promise<Picture>;
  /** Keeps it for an hour from now, so that it need not be sent again. */
  keep(): Promise<QueryPicture>;
}

/** A picture that was just sent. Refusals name `argument`. */
export async function seeSent(
  bytes: Uint8Array,
  argument: string,
  { decoder, encoder, media }: SightStages,
  signal: AbortSignal,
): Promise<Sight> {
  const { needs } = encoder.info;
  const decoded = await decoder.decode(bytes, { signal, needs }).catch((error: unknown) => {
    if (!(error instanceof MargayError) || error.argument !== undefined) throw error;
    const { code, message, remedy, retryAfter, cause } = error;
    throw new MargayError(code, message, {
      argument,
      cause,
      ...(remedy !== undefined && { remedy }),
      ...(retryAfter !== undefined && { retryAfter }),
    });
  });
  const pixels = await encoder.prepare(decoded.picture, { signal });
  // Most searches need no more than the model sees; what is kept, and what a vision model is shown, is decoded when somebody asks.
  const whole = once(async () => (decoded.whole ? decoded : decoder.decode(bytes, { signal })));
  return {
    id: decoded.id,
    pixels,
    load: async () => (await whole()).picture,
    keep: async () => media.putQuery(await whole(), pixels, encoder.info.fingerprint),
  };
}

/** A picture that was kept before: what the model saw of it is kept too, so nothing is decoded. @throws MargayError NOT_FOUND */
export async function seeKept(imageId: string, { encoder, media }: SightStages, signal: AbortSignal): Promise<Sight> {
  const kept = await media.query(imageId, encoder.info.fingerprint);
  if (!kept)
    throw new MargayError('NOT_FOUND', 'No picture is kept under this imageId; pictures are kept for an hour.', {
      argument: 'imageId',
      remedy: 'Send the picture again with uploadImage.',
    });
  const load = () => media.picture(kept.image.id);
  const pixels = kept.pixels ?? (await encoder.prepare(await load(), { signal }));
  return { id: kept.image.id, pixels, load, keep: async () => kept };
}
