import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { MargayError } from '../../src/errors.ts';
import type { PullOptions } from '../../src/hub/pull.ts';
import { HubServer } from './hub-server.ts';
import { expectWhole, faultOf, partialOf, pullFrom } from './pulling.ts';
import { files, onnxFile, REPO, tinyModel } from './tiny-model.ts';

const VISION = 'onnx/vision_model.onnx';
const whole = files();
const BYTES = { vision: whole[VISION].length, text: whole['onnx/text_model.onnx'].length };

let folder: string;
let target: string;
let hub: HubServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-hub-'));
  target = join(folder, 'tiny');
  hub = await new HubServer(REPO).start();
  for (const [path, bytes] of Object.entries(whole)) hub.put(path, bytes, path.endsWith('.onnx'));
});
afterEach(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Row {
  readonly name: string;
  /** Makes it go wrong. */
  readonly arrange: () => void | Promise<void>;
  readonly change?: Partial<PullOptions> & { token?: string; stallMs?: number };
  /** What the person is told. */
  readonly code: ErrorCode;
  readonly says: RegExp;
  readonly remedy: RegExp;
  /** What lies in the hidden folder afterwards. */
  readonly left: Record<string, number> | null;
  /** Makes it right again; by default the faults are gone. */
  readonly mend?: () => void | Promise<void>;
  /** Of the second run. */
  readonly again?: Partial<PullOptions> & { token?: string };
  /** Ranges of the vision graph that the second run asks for. */
  readonly asks?: readonly (string | undefined)[];
}

const rows: Row[] = [
  {
    name: 'a connection that is cut, and a hub that is gone then',
    arrange: () => {
      hub.faults = { cutAfter: { bytes: 100_000, times: 1 }, refuse: { status: 503, times: 99, on: /vision/ } };
      // The first answer is given.
      const { refuse } = hub.faults;
      hub.faults.refuse = {
        ...refuse!,
        get times() {
          return hub.sent(VISION) > 0 ? 9 : 0;
        },
        set times(_left) {},
      };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /cannot answer now \(503\) for onnx\/vision_model\.onnx/,
    remedy: /the next run goes on/,
    left: { 'vision.onnx.part': 100_000 },
    asks: ['bytes=100000-'],
  },
  {
    name: 'a server that falls silent',
    arrange: () => {
      hub.faults = { stallAfter: { bytes: 50_000, times: 99 } };
    },
    change: { stallMs: 60, patience: { attempts: 1, firstWaitMs: 1, longestWaitMs: 1 } },
    code: 'DEADLINE_EXCEEDED',
    says: /sent nothing for 0\.06 s/,
    remedy: /HF_HUB_DOWNLOAD_TIMEOUT/,
    left: { 'vision.onnx.part': 50_000 },
    asks: ['bytes=50000-'],
  },
  {
    name: 'a byte that is changed on the way, again and again',
    arrange: () => {
      hub.faults = { corrupt: { file: /vision/, times: 99 } };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /came twice as something else than .* says it is/,
    remedy: /Nothing of it was kept/,
    left: {},
    asks: [undefined],
  },
  {
    name: 'a byte that is changed in a file that is not in LFS',
    arrange: () => {
      hub.faults = { corrupt: { file: /tokenizer/, times: 99 } };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /tokenizer\.json of owner\/tiny came twice .*git-sha1/,
    remedy: /HF_ENDPOINT/,
    left: { 'tiny/vision.onnx': BYTES.vision, 'tiny/text.onnx': BYTES.text },
    asks: [],
  },
  {
    name: 'a model that wants a token',
    arrange: () => {
      hub.faults = { refuse: { status: 401, times: 99 } };
    },
    code: 'UNAUTHENTICATED',
    says: /does not give owner\/tiny without a token/,
    remedy: /Set HF_TOKEN/,
    left: {},
  },
  {
    name: 'a token that is not valid',
    arrange: () => {
      hub.faults = { refuse: { status: 401, times: 99 } };
    },
    change: { token: 'hf_secret-of-mine' },
    code: 'UNAUTHENTICATED',
    says: /for this HF_TOKEN/,
    remedy: /unset it if the model is public/,
    left: {},
  },
  {
    name: 'a gated model whose conditions were not accepted',
    arrange: () => {
      hub.faults = { refuse: { status: 403, headers: { 'x-error-code': 'GatedRepo' }, times: 99, on: /resolve/ } };
    },
    change: { token: 'hf_secret-of-mine' },
    code: 'FORBIDDEN',
    says: /to the owner of HF_TOKEN/,
    remedy: /Accept its conditions on http.*\/owner\/tiny/,
    left: {},
  },
  {
    name: 'a repository that is not there, which the hub tells strangers as 401',
    arrange: () => {
      hub.faults = { refuse: { status: 401, headers: { 'x-error-code': 'RepoNotFound' }, times: 99 } };
    },
    code: 'NOT_FOUND',
    says: /There is no repository owner\/tiny/,
    remedy: /HF_ENDPOINT/,
    left: {},
  },
  {
    name: 'a revision that is not there',
    arrange: () => {
      hub.faults = { refuse: { status: 404, headers: { 'x-error-code': 'RevisionNotFound' }, times: 99 } };
    },
    code: 'NOT_FOUND',
    says: /has no revision main/,
    remedy: /newer version/,
    left: {},
  },
  {
    name: 'a file that the repository has no more',
    arrange: () => hub.drop('onnx/text_model.onnx'),
    mend: () => hub.put('onnx/text_model.onnx', whole['onnx/text_model.onnx']),
    code: 'NOT_FOUND',
    says: /has no file onnx\/text_model\.onnx at c{40}/,
    remedy: /newer version/,
    left: {},
  },
  {
    name: 'a hub that asks for patience without end',
    arrange: () => {
      hub.faults = { refuse: { status: 429, headers: { 'retry-after': '0' }, times: 99 } };
    },
    code: 'RATE_LIMITED',
    says: /asks us to come later \(429\)/,
    remedy: /Try again later/,
    left: {},
  },
  {
    name: 'a list that says less than there is',
    arrange: () => {
      hub.faults = { lieOfSize: (path, bytes) => (path === VISION ? bytes - 1 : bytes) };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: new RegExp(`is ${BYTES.vision} bytes and not the ${BYTES.vision - 1} bytes that .* lists`),
    remedy: /HF_ENDPOINT/,
    left: {},
  },
  {
    name: 'a list that says more than there is',
    arrange: () => {
      hub.faults = { lieOfSize: (path, bytes) => (path === VISION ? bytes + 1 : bytes) };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /and not the \d+ bytes/,
    remedy: /proxy/,
    left: {},
  },
  {
    name: 'a file without end',
    arrange: () => {
      hub.faults = { longer: { file: /vision/ } };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /is longer than the \d+ bytes/,
    remedy: /proxy/,
    left: { 'vision.onnx.part': Math.floor(BYTES.vision / 16384) * 16384 },
  },
  {
    name: 'a redirect to another protocol',
    arrange: () => {
      hub.faults = { redirectTo: () => 'file:///etc/passwd' };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /from http to file/,
    remedy: /HF_ENDPOINT/,
    left: {},
  },
  {
    name: 'redirects in a circle',
    arrange: () => {
      hub.faults = { redirectTo: () => `${hub.url}/${REPO}/resolve/${hub.commit}/${VISION}` };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /without end/,
    remedy: /HF_ENDPOINT/,
    left: {},
  },
  {
    name: 'a hub that says another digest beside its redirect',
    arrange: () => {
      hub.faults = { headers: { 'x-linked-etag': `"${'0'.repeat(64)}"` } };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /another file than the one it listed/,
    remedy: /try again later/,
    left: {},
  },
  {
    name: 'a hub that serves another commit',
    arrange: () => {
      hub.faults = { headers: { 'x-repo-commit': 'd'.repeat(40) } };
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /another file than the one it listed/,
    remedy: /try again later/,
    left: {},
  },
  {
    name: 'graphs that cannot be run here',
    arrange: () => {
      hub.put(VISION, onnxFile({ inputs: ['pixel_values'], outputs: ['logits'] }, 1000));
    },
    mend: () => hub.put(VISION, whole[VISION]),
    code: 'ENCODER_UNAVAILABLE',
    says: /vision\.onnx has no output pooler_output or image_embeds; its outputs are logits/,
    remedy: /another model/,
    left: expect.objectContaining({ 'tiny/text.onnx': BYTES.text }),
  },
  {
    name: 'a first run of the graphs that fails',
    arrange: () => {},
    change: {
      makeGolden: () =>
        Promise.reject(
          new MargayError('ENCODER_UNAVAILABLE', 'The process of the encoder "tiny" did not start.', {
            remedy: 'Memory.',
          }),
        ),
    },
    code: 'ENCODER_UNAVAILABLE',
    says: /did not start/,
    remedy: /Memory/,
    left: expect.objectContaining({ 'tiny/vision.onnx': BYTES.vision, 'tiny/text.onnx': BYTES.text }),
    asks: [],
  },
];

describe.each(rows)('$name', ({ arrange, change, code, says, remedy, left, mend, again, asks }) => {
  test('is told, leaves no model behind, and a second run mends it', async () => {
    await arrange();
    const fault = await faultOf(pullFrom(hub, tinyModel(), target, change));
    expect([fault.code, fault.message, fault.remedy]).toEqual([
      code,
      expect.stringMatching(says),
      expect.stringMatching(remedy),
    ]);
    expect(`${fault.message} ${fault.remedy}`).not.toContain('secret');
    expect(await readdir(folder)).not.toContain('tiny');
    expect(await partialOf(target)).toEqual(left);

    hub.faults = {};
    await mend?.();
    const before = hub.asked.length;
    const { bytes, total } = await pullFrom(hub, tinyModel(), target, again);
    expect(bytes).toBe(total);
    await expectWhole(target, whole);
    if (asks)
      expect(
        hub.asked
          .slice(before)
          .filter(({ server, path }) => server === 'cdn' && path === `/${VISION}`)
          .map(({ range }) => range),
      ).toEqual(asks);
  });
});
