import sharp from 'sharp';

/**
 * The process of svg-drawer.ts. It alone may load SVG: libvips blocks loaders per process, and the one that decodes strangers' pictures keeps SVG blocked for good.
 * It gets drawings made by us, and nothing else.
 */
export interface DrawTask {
  readonly id: number;
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

export type Drawn =
  | { readonly id: number; readonly rgb: Uint8Array }
  | { readonly id: number; readonly rgb?: never; readonly error: string };

sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
sharp.cache(false);

async function draw({ svg, width, height }: DrawTask): Promise<Uint8Array> {
  return sharp(Buffer.from(svg))
    .resize(width, height, { fit: 'fill' })
    .flatten({ background: '#ffffff' })
    .toColorspace('srgb')
    .raw()
    .toBuffer();
}

if (process.send) {
  const answer = (drawn: Drawn) => process.send?.(drawn);
  process.on('message', (task: DrawTask) => {
    draw(task).then(
      (rgb) => answer({ id: task.id, rgb }),
      (error: unknown) => answer({ id: task.id, error: error instanceof Error ? error.message : 'unknown' }),
    );
  });
  // The parent is gone, however it went.
  process.on('disconnect', () => process.exit(0));
}
