import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DiskMedia } from '../../src/catalog/disk-media.ts';
import { ERROR_CODES, MargayError } from '../../src/errors.ts';
import { type Decoded, WORKING_SIDE } from '../../src/image/decoder.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { difference, turned, worstProbe } from './probes.ts';

interface CameraEntry {
  readonly file: string;
  readonly what: string;
  readonly expect: {
    readonly outcome: 'decode' | 'decode_and_strip' | 'decode_first_frame_or_reject' | 'decode_or_reject' | 'reject';
    readonly width?: number;
    readonly height?: number;
    readonly probes_rgb?: readonly (readonly number[])[];
    readonly probe_tolerance?: number;
    readonly group?: string;
    readonly must_not_leak?: readonly string[];
    readonly error_kind?: string;
  };
}

const data = '../shared/data';
const absent = !existsSync(join(data, 'camera.json'));
const load = async <T>(name: string): Promise<T[]> =>
  absent ? [] : JSON.parse(await readFile(join(data, name), 'utf8'));
const camera = await load<CameraEntry>('camera.json');
const corrupt = await load<{ file: string; expect: { outcome: string } }>('corrupt.json');

/** What each suggested kind of refusal is called here. */
const CODES: Readonly<Record<string, string>> = {
  TOO_MANY_PIXELS: 'IMAGE_TOO_LARGE',
  UNSUPPORTED_TYPE: 'UNSUPPORTED_IMAGE',
  CORRUPT: 'BAD_IMAGE',
  EMPTY_FILE: 'BAD_IMAGE',
};

const { signal } = new AbortController();
// A busy machine is no fault of a file.
const decoder = new SharpDecoder({ deadlineMs: 60_000 });
const renderer = new SharpRenderer();
const folder = await mkdtemp(join(tmpdir(), 'margay-camera-'));
const media = new DiskMedia({ folder, renderer });
const decoded = new Map<string, Decoded>();

afterAll(async () => {
  await Promise.all([decoder.close(), media.close(), renderer.close()]);
  await rm(folder, { recursive: true });
});

const decode = async (file: string) => decoder.decode(await readFile(join(data, file)), { signal });

describe.skipIf(absent)('camera photos (skipped where ../shared/data is absent)', () => {
  test('the table is whole', () => expect(camera).toHaveLength(67));

  test.each(camera.map((entry) => [entry.file, entry] as const))('%s', async (file, { expect: expected, what }) => {
    if (expected.outcome === 'reject') {
      const error = await decode(file).then(
        () => undefined,
        (reason) => reason,
      );
      expect(error, what).toMatchObject({ code: CODES[expected.error_kind ?? ''], remedy: expect.any(String) });
      expect(error.message).not.toMatch(/vips|heif:|[\\/](?:work|root|tmp|home)\b/i);
      return;
    }
    const one = await decode(file);
    decoded.set(file, one);
    if (expected.width) expect([one.width, one.height], what).toEqual([expected.width, expected.height]);
    const { width, height, rgb } = one.picture;
    expect(Math.max(width, height)).toBe(Math.min(WORKING_SIDE, Math.max(one.width, one.height)));
    expect(rgb).toHaveLength(width * height * 3);
    if (expected.probes_rgb)
      expect(worstProbe(one.picture, expected.probes_rgb), what).toBeLessThanOrEqual(expected.probe_tolerance ?? 12);
  });

  test.each([...new Set(camera.flatMap((entry) => entry.expect.group ?? []))])(
    'all of group %s give one picture',
    (group) => {
      const [first, ...others] = camera
        .filter((entry) => entry.expect.group === group)
        .map((entry) => decoded.get(entry.file)!);
      expect(others.length).toBeGreaterThan(0);
      for (const other of others) {
        expect(difference(first!.picture, other.picture)).toBeLessThan(12);
        // Upside down they differ by far more: the bound would notice.
        expect(difference(first!.picture, turned(first!.picture))).toBeGreaterThan(20);
      }
    },
  );

  test('nothing of the file sent is kept: no metadata and no string that must not leak', async () => {
    const leaks = camera.flatMap((entry) => entry.expect.must_not_leak ?? []);
    expect(leaks.length).toBeGreaterThan(4);
    for (const { file, expect: expected } of camera.filter((entry) => entry.expect.must_not_leak)) {
      const bytes = await readFile(join(data, file), 'latin1');
      expect(
        expected.must_not_leak!.some((leak) => bytes.includes(leak)),
        `${file} holds what is looked for`,
      ).toBe(true);
      const one = decoded.get(file)!;
      await media.put(one);
      await media.putQuery(one, { size: 2, rgb: new Uint8Array(12) }, 'test');
      for (const format of ['jpeg', 'webp', 'avif'] as const) await media.sized(one.id, 128, format, { signal });
    }
    const kept = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(kept.length).toBeGreaterThan(20);
    for (const file of kept) {
      const text = await readFile(join(file.parentPath, file.name), 'latin1');
      for (const mark of [...leaks, 'Exif', 'ICC_PROFILE', 'ICCP', 'XMP', 'http://ns.adobe', 'colrprof'])
        expect(text.includes(mark), `${mark} in ${file.name}`).toBe(false);
    }
  });
});

describe.skipIf(absent)('corrupt files (skipped where ../shared/data is absent)', () => {
  test('the table is whole', () => expect(corrupt).toHaveLength(117));

  test.each(corrupt.map((entry) => [entry.file, entry.expect.outcome] as const))(
    '%s: %s',
    { timeout: 5_000 },
    async (file) => {
      const outcome = await decode(file).then(
        ({ picture }) => picture,
        (error) => error,
      );
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(MargayError);
        expect(['BAD_IMAGE', 'IMAGE_TOO_LARGE', 'UNSUPPORTED_IMAGE']).toContain((outcome as MargayError).code);
        expect(ERROR_CODES).toContain((outcome as MargayError).code);
      } else expect(outcome.rgb).toHaveLength(outcome.width * outcome.height * 3);
    },
  );

  test('and a good photo still decodes', async () => {
    expect(await decode('camera/plain.heic')).toMatchObject({ format: 'heic', width: 384, height: 512 });
    expect(await decode('camera/plain.avif')).toMatchObject({ format: 'avif', width: 384, height: 512 });
  });
});
