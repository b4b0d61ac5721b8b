import type { MediaStore, QueryPicture } from '../catalog/media-store.ts';
import type { Encoder, ModelPixels } from '../encode/encoder.ts';
import { MargayError } from '../errors.ts';
import type { Decoder, Picture } from '../image/decoder.ts';

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
  const decoded = await decoder.decode(bytes, { signal }).catch((error: unknown) => {
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
  return {
    id: decoded.id,
    pixels,
    load: async () => decoded.picture,
    keep: () => media.putQuery(decoded, pixels, encoder.info.fingerprint),
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
