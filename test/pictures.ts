import sharp from 'sharp';

/** A small JPEG of one color: a picture that any decoder takes. */
export const drawnPicture = (color = '#c86432', size = { width: 64, height: 48 }): Promise<Uint8Array> =>
  sharp({ create: { ...size, channels: 3, background: color } })
    .jpeg()
    .toBuffer();
