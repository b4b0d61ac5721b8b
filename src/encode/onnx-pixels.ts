import { Tensor } from 'onnxruntime-node';

/** How bytes become the floats that the model sees: (value / 255 - mean) / std, channel by channel. */
export interface PixelScale {
  /** Side of the square in pixels. */
  readonly size: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Single precision in this order, as torchvision's ToTensor and Normalize compute it: equal to the bit, and there are but 256 values a channel. */
function scaled(mean: number, std: number): Float32Array {
  const [shift, width] = [Math.fround(mean), Math.fround(std)];
  return Float32Array.from({ length: 256 }, (_, value) =>
    Math.fround(Math.fround(Math.fround(value / 255) - shift) / width),
  );
}

/** Pictures of `size` x `size` RGB bytes -> float32 [B, 3, size, size]. */
export function pixelTensor(pictures: readonly Uint8Array[], { size, mean, std }: PixelScale): Tensor {
  const plane = size * size;
  const pixels = new Float32Array(pictures.length * 3 * plane);
  const values = mean.map((each, channel) => scaled(each, std[channel]!));
  pictures.forEach((rgb, picture) => {
    for (let channel = 0; channel < 3; channel++) {
      const start = (picture * 3 + channel) * plane;
      const of = values[channel]!;
      for (let index = 0; index < plane; index++) pixels[start + index] = of[rgb[index * 3 + channel]!]!;
    }
  });
  return new Tensor('float32', pixels, [pictures.length, 3, size, size]);
}

/** A gray picture, for warming up. */
export const grayPicture = ({ size }: PixelScale): Uint8Array => new Uint8Array(size * size * 3).fill(128);
