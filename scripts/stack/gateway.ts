// The gateway as `npm start` runs it, in a process of its own, with a clock round its decoder, encoder, renderer, pictures and store. Forked with settings as JSON.
import { join } from 'node:path';
import { answer } from '../../bench/asked.ts';
import { createApp, serve } from '../../src/app.ts';
import { DiskMedia } from '../../src/catalog/disk-media.ts';
import { readConfig } from '../../src/config.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { openCatalog } from '../../src/served-catalog.ts';
import { type Step, timed } from './steps.ts';

export type GatewayQuestions = {
  url: { ask: null; answer: string };
  /** What was done since the last question. */
  steps: { ask: null; answer: Step[] };
};

const size = ({ width, height }: { width: number; height: number }) => `${width} x ${height}`;

const stop = new AbortController();
const config = readConfig(JSON.parse(process.argv[2]!));
const steps: Step[] = [];

const renderer = timed(
  new SharpRenderer(),
  {
    render: (_given, came) => ({ name: 'draw the badges, once', note: size(came) }),
    write: ([picture], came) => ({ name: 'picture for the caption', given: picture.rgb.length, came: came.length }),
    compose: ([parts], came) => ({ name: 'sheet', came: came.length, note: `${parts.length} parts` }),
  },
  steps,
);
const media = timed(
  new DiskMedia({ folder: join(config.MARGAY_DATA, 'media'), renderer }),
  { sized: (_given, came) => ({ name: 'thumbnails', came: came.length }) },
  steps,
);
const app = await createApp(config, stop.signal, { renderer, media });
const decoder = timed(
  app.decoder,
  {
    decode: ([bytes, { needs }], { picture, width, height }) => ({
      name: needs ? 'decode for the encoder' : 'decode for the vision model',
      given: bytes.length,
      came: picture.rgb.length,
      note: `${width} x ${height} to ${size(picture)}`,
    }),
  },
  steps,
);
const encoder = timed(
  app.encoder,
  {
    prepare: ([picture], { rgb, size: side }) => ({
      name: "the model's pixels",
      given: picture.rgb.length,
      came: rgb.length,
      note: `${side} x ${side}`,
    }),
    encode: ([{ text, pixels }], { vector }) => ({
      name: 'embedding',
      given: Buffer.byteLength(text ?? '') + (pixels?.rgb.length ?? 0),
      came: vector.byteLength,
      note: `${[text && 'words', pixels && 'picture'].filter(Boolean).join(' and ')} to ${vector.length} floats`,
    }),
  },
  steps,
);
const catalog = await openCatalog(app, () => () => {});
const search = ([, { topK }]: [unknown, { topK: number }], [hits]: unknown[][]) => ({
  name: 'search',
  note: `${hits!.length} hits of topK ${topK}`,
});
const store = () => timed(catalog.store(), { search: search as never }, steps);
const server = await serve({ ...app, decoder, encoder }, { ...catalog, store }, (error) => console.error(error));

answer<GatewayQuestions>(
  {
    url: async () => server.url,
    steps: async () => steps.splice(0),
  },
  async () => {
    stop.abort();
    await server.close(0);
    await app.close();
  },
);
