import type { QueryPicture } from '../catalog/media-store.ts';
import { pictureUrl } from '../catalog/picture-url.ts';
import type { StoredImage } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import type { Builder } from './builder.ts';
import { placeholderOf } from './placeholder.ts';

export type ImageTypes = ReturnType<typeof imageTypes>;

/** `Image` and `QueryImage`. */
export function imageTypes(builder: Builder) {
  const ImageFormat = builder.enumType('ImageFormat', { values: ['AUTO', 'JPEG', 'WEBP', 'AVIF'] as const });

  const Image = builder.objectRef<StoredImage>('Image');
  Image.implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      url: t.field({
        type: 'URL',
        args: { width: t.arg.int(), format: t.arg({ type: ImageFormat, required: true, defaultValue: 'AUTO' }) },
        resolve: (image, { width, format }, { origin }) => {
          if (width != null && width < 1)
            throw new MargayError('BAD_INPUT', `width is ${width}, less than 1.`, {
              argument: 'width',
              remedy: 'Send a width in pixels, or none for the largest.',
            });
          return pictureUrl(origin, image, width, format);
        },
      }),
      width: t.exposeInt('width'),
      height: t.exposeInt('height'),
      thumbhash: t.exposeString('thumbhash'),
      placeholder: t.string({ resolve: ({ thumbhash }) => placeholderOf(thumbhash) }),
    }),
  });

  const QueryImage = builder.objectRef<QueryPicture>('QueryImage');
  QueryImage.implement({
    fields: (t) => ({
      id: t.id({ resolve: ({ image }) => image.id }),
      image: t.field({ type: Image, resolve: ({ image }) => image }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
    }),
  });
  return { Image, QueryImage };
}
