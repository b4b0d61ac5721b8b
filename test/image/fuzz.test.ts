import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { sniff } from '../../src/image/sniff.ts';

const decoder = new SharpDecoder({ maxPixels: 4e6, deadlineMs: 60_000 });
afterAll(() => decoder.close());
const { signal } = new AbortController();

const noise = sharp({
  create: { width: 24, height: 18, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
});
const tag = (image: Sharp) => image.withMetadata({ orientation: 6 });
const seeds: Record<string, Buffer> = {
  jpeg: await tag(noise.clone()).jpeg().toBuffer(),
  'progressive jpeg': await noise.clone().jpeg({ progressive: true }).toBuffer(),
  png: await tag(noise.clone()).png({ compressionLevel: 9 }).toBuffer(),
  'interlaced png': await noise.clone().png({ progressive: true, palette: true }).toBuffer(),
  webp: await tag(noise.clone()).webp().toBuffer(),
  avif: await tag(noise.clone()).avif({ effort: 0 }).toBuffer(),
  gif: await noise.clone().gif().toBuffer(),
};

/** Flips bits, then cuts the end off; the position leans to the front, where the headers are. */
const damage = fc.record({
  flips: fc.array(fc.tuple(fc.oneof(fc.nat(120), fc.nat(5_000)), fc.integer({ min: 1, max: 255 })), { maxLength: 6 }),
  keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
});

describe('damaged files: a picture or a refusal of the closed list, in time', () => {
  test.each(Object.entries(seeds))('%s', { timeout: 60_000 }, async (_name, seed) => {
    await fc.assert(
      fc.asyncProperty(damage, async ({ flips, keep }) => {
        const bytes = Uint8Array.from(seed);
        for (const [at, mask] of flips) bytes[at % bytes.length]! ^= mask;
        await expectAnswer(bytes.subarray(0, Math.round(bytes.length * keep)));
      }),
      { seed: 20_261, numRuns: 45 },
    );
    // The seed itself, after all that, still decodes.
    expect((await decoder.decode(seed, { signal })).picture.rgb.length).toBe(24 * 18 * 3);
  });

  test('any bytes at all behind any signature', async () => {
    const signatures = [
      '',
      '\xff\xd8\xff',
      '\x89PNG\r\n\x1a\n',
      'GIF89a',
      'RIFF\x40\0\0\0WEBP',
      '\0\0\0\x18ftypheic',
      '\0\0\0\x18ftypavif',
      'PK\x03\x04',
      '<svg',
      '\x1f\x8b',
      'OggS',
      'ID3',
      '\x30\x26\xb2\x75\x8e\x66\xcf\x11',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 300 }), async (signature, rest) => {
        await expectAnswer(Buffer.concat([Buffer.from(signature, 'latin1'), rest]));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test('sniffing reads a part of the file that does not grow', async () => {
    const huge = new Uint8Array(20 * 2 ** 20).fill(0x20);
    const started = performance.now();
    await expect(sniff(huge)).rejects.toMatchObject({ code: 'UNSUPPORTED_IMAGE' });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

async function expectAnswer(bytes: Uint8Array): Promise<void> {
  const outcome = await decoder.decode(bytes, { signal }).then(
    ({ picture }) => picture,
    (error) => error,
  );
  if (!(outcome instanceof Error)) {
    expect(outcome.rgb.length).toBe(outcome.width * outcome.height * 3);
    return;
  }
  expect(outcome, String(outcome.stack)).toBeInstanceOf(MargayError);
  expect(['BAD_IMAGE', 'IMAGE_TOO_LARGE', 'UNSUPPORTED_IMAGE']).toContain((outcome as MargayError).code);
}
