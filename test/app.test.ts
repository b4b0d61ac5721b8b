import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { FakeEncoder } from './fakes.ts';

test('what was opened is closed where a later part cannot be: a model process would keep ours alive', async () => {
  const data = await mkdtemp(join(tmpdir(), 'margay-app-'));
  // LanceDB's folder is a file.
  await writeFile(join(data, 'lance'), '');
  let closed = 0;
  const encoder = Object.assign(new FakeEncoder(), {
    close: async () => {
      closed++;
    },
  });
  const config = readConfig({ MARGAY_DATA: data });
  await expect(createApp(config, new AbortController().signal, { encoder })).rejects.toThrow();
  expect(closed).toBe(1);
  await rm(data, { recursive: true });
});
