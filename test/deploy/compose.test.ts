import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string) => readFileSync(ROOT + name, 'utf8');

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}
const compose = parse(read('compose.yaml'), { strict: true, uniqueKeys: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const dockerfile = read('Dockerfile');

/** A tag that names one release: not none, not `latest`, not a major version that moves on. */
const PINNED = /:v?(\d+\.\d+\.\d+(-bookworm-slim)?|RELEASE\.\d{4}-\d\d-\d\dT[\d-]+Z)$/;

test.each([
  ['milvusdb/milvus:v2.6.16', true],
  ['minio/minio:RELEASE.2024-12-18T13-15-44Z', true],
  ['minio/minio', false],
  ['vllm/vllm-openai:latest', false],
  ['node:24-bookworm-slim', false],
])('%s is pinned: %s', (image, pinned) => expect(PINNED.test(image)).toBe(pinned));

test.each(services)(
  '%s: a pinned image, a healthcheck, ports of this machine alone, named volumes',
  (_name, service) => {
    expect(service.image).toMatch(PINNED);
    expect(service.healthcheck?.test[0]).toBe('CMD');
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    for (const volume of service.volumes ?? []) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(compose.services[other]?.healthcheck).toBeDefined();
      expect(condition).toBe('service_healthy');
    }
  },
);

test('every volume is used, and nothing but the gateway has a port', () => {
  const used = services.flatMap(([, { volumes }]) => (volumes ?? []).map((volume) => volume.split(':')[0]));
  expect(Object.keys(compose.volumes).toSorted()).toEqual(used.toSorted());
  expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['gateway']);
});

test('the gateway is given settings that there are, and no start without the hashes of keys', () => {
  const given = compose.services.gateway!.environment!;
  expect(Object.keys(given).filter((name) => !SETTINGS.some((setting) => setting.name === name))).toEqual([]);
  expect(given.HTTP_API_KEYS).toMatch(/^\$\{HTTP_API_KEYS:\?.+\}$/);
  expect(given.HTTP_OPEN).toBeUndefined();
  expect(given.MARGAY_DATA).toBe(compose.services.gateway!.volumes![0]!.split(':')[1]);
});

test('what is asked of .env stands in its example, and the other way round', () => {
  const asked = [...new Set([...read('compose.yaml').matchAll(/\$\{(\w+):[?-]/g)].map(([, name]) => name))];
  const told = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  expect(asked.toSorted()).toEqual(told.toSorted());
  expect(read('.gitignore').split('\n')).toContain('.env');
});

test('the Dockerfile has the Node of the lock file, pinned, a user and a healthcheck', () => {
  const { version } = JSON.parse(read('scripts/node24/package.json')) as { version: string };
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(bases).toEqual(Array.from({ length: 3 }, () => `node:${version}-bookworm-slim`));
  expect(dockerfile).toMatch(/^USER \d+$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK /m);
});

test('what is copied is there, and let through by .dockerignore', () => {
  const allowed = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) => names!.split(' '));
  expect(copied.filter((name) => !existsSync(ROOT + name))).toEqual([]);
  expect([...new Set(copied)].toSorted()).toEqual(allowed.toSorted());
});

const LINTER = `${ROOT}.venv-lint/bin/check-jsonschema`;
const lacksLinter = process.env.CI !== 'true' && !existsSync(LINTER);
test.skipIf(lacksLinter)(
  `compose.yaml agrees with the compose schema${lacksLinter ? ' (skipped: no scripts/deploy-lint.sh run yet)' : ''}`,
  () => {
    const check = (file: string, input = '') =>
      execFileSync(LINTER, ['--builtin-schema', 'vendor.compose-spec', file], {
        input,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    expect(check(`${ROOT}compose.yaml`)).toContain('ok');
    // It would see a wrong word.
    expect(() => check('-', read('compose.yaml').replace('healthcheck:', 'healthchek:'))).toThrow();
  },
);
