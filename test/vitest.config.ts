import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // As in the build: the package's ESM form lacks its one export.
  resolve: {
    alias: { '@azure/functions-extensions-base': require.resolve('@azure/functions-extensions-base') },
  },
  test: {
    include: ['test/**/*.test.ts'],
    silent: 'passed-only',
    globalSetup: ['test/build.ts'],
    setupFiles: ['test/property-seed.ts'],
    // Contract and end-to-end tests start processes of their own; more files at once than cores only slow them all down.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
