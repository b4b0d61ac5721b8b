import sharp from 'sharp';

/**
 * sharp with this process's walls up. libvips blocks loaders per process, not per picture, so it is set once, here, and every file of this folder takes sharp from here.
 *
 * Only the loaders of the formats that we accept, and only from memory: nothing can open a path, a URL or an SVG. Our own drawings are rendered in a process of their own (svg-process.ts),
 * so that the SVG loader never has to be unblocked beside bytes of strangers.
 */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadHeifBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
});
// No picture is decoded twice in a row: the operation cache would only hold memory.
sharp.cache(false);

export { sharp };
