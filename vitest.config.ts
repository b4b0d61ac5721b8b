import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Two copies of graphql (one ESM, one CJS) would break `instanceof`.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/temporary-folder.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more files at once only makes the deadlines in them meaningless.
    maxWorkers: 2,
    // .ci/run counts from the file.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'build/test-results.json' }]] : ['default'],
  },
});
