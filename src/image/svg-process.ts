import sharp from 'sharp';

/**
 * The process of svg-drawer.ts. It alone may load SVG: libvips blocks loaders per process, and the one that decodes strangers' pictures keeps SVG blocked for good.
 * It gets drawings made by us, and nothing else.
 */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** Pixels row by row, 3 bytes each, or a JPEG file of this quality: a tenth of the bytes on their way between the processes. */
  readonly as: 'rgb' | { readonly jpegQuality: number };
}

export interface DrawTask extends Drawing {
  readonly id: number;
}

export type Drawn =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly bytes?: never; readonly error: string };

sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
sharp.cache(false);

async function draw({ svg, width, height, as }: DrawTask): Promise<Uint8Array> {
  const image = sharp(Buffer.from(svg))
    .resize(width, height, { fit: 'fill' })
    .flatten({ background: '#ffffff' })
    .toColorspace('srgb');
  return (as === 'rgb' ? image.raw() : image.jpeg({ quality: as.jpegQuality, chromaSubsampling: '4:4:4' })).toBuffer();
}

if (process.send) {
  const answer = (drawn: Drawn) => process.send?.(drawn);
  process.on('message', (task: DrawTask) => {
    draw(task).then(
      (bytes) => answer({ id: task.id, bytes }),
      (error: unknown) => answer({ id: task.id, error: error instanceof Error ? error.message : 'unknown' }),
    );
  });
  // The parent is gone, however it went.
  process.on('disconnect', () => process.exit(0));
}
