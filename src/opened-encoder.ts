import { basename, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import type { Encoder } from './encode/encoder.ts';
import { graphBytes, readManifest } from './encode/model-folder.ts';
import { OnnxEncoder } from './encode/onnx-encoder.ts';
import { coresOf } from './folder-encoder.ts';
import { notThere } from './hub/absence.ts';
import { readKnown } from './hub/known-model.ts';
import { isThere } from './hub/model-folder.ts';
import type { Decoder } from './image/decoder.ts';
import type { Renderer } from './image/renderer.ts';

/** A name stands for a folder of models/, anything with a slash for itself. */
export const modelFolder = (name: string): string =>
  isAbsolute(name) || name.includes('/') ? name : fileURLToPath(new URL(`../models/${name}`, import.meta.url));

const KNOWN = fileURLToPath(new URL('../models/known', import.meta.url));

/** @throws MargayError NOT_FOUND naming the command that brings the model, where it is known and not there. */
async function encoderFolder(name: string): Promise<string> {
  const folder = modelFolder(name);
  const known = (await isThere(folder)) ? undefined : (await readKnown(KNOWN)).get(name);
  if (known) throw notThere(known);
  return folder;
}

/** What the configured model's graphs take on disk, in bytes, and their precision; undefined where a server has them. */
export async function graphsOnDisk(config: Config): Promise<{ bytes: number; precision: string } | undefined> {
  if (config.ENCODER_URL !== undefined) return undefined;
  const folder = await encoderFolder(config.ENCODER);
  const manifest = await readManifest(folder, basename(folder));
  return { bytes: await graphBytes(folder, manifest), precision: manifest.precision };
}

/** The model on the configured server, or else of a folder. */
export async function openEncoder(
  config: Config,
  decoder: Decoder,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<Encoder> {
  const { ENCODER_URL: url, ENCODER_MODEL: model, ENCODER_KEY: key, ENCODER_API: api } = config;
  if (url === undefined || model === undefined)
    return OnnxEncoder.load(await encoderFolder(config.ENCODER), { decoder, signal, ...coresOf(config) });
  const { RemoteEncoder } = await import('./encode/remote-encoder.ts');
  return RemoteEncoder.open({
    url,
    api,
    model,
    key,
    timeoutMs: config.ENCODER_TIMEOUT_MS,
    side: config.ENCODER_PICTURE_SIDE,
    pictureWeight: config.ENCODER_PICTURE_WEIGHT,
    decoder,
    renderer,
    signal,
  });
}
