import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What waits for whole worlds or makes many bundles goes first: begun last, one of these would keep all others waiting for it. */
const slow = /[\\/](e2e[\\/]|mutants\.test|process\.test)/;

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => slow.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

/** Tests that leave nothing behind in their process. They share one, and with it what they import, which takes longer than they do. */
const lean = [
  'test/*.test.ts',
  'test/{azure,core,functions,property}/**/*.test.ts',
  'test/local/guests/**/*.test.ts',
];

const require = createRequire(import.meta.url);

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // As in the build: the package's ESM form lacks its one export.
  resolve: {
    alias: { '@azure/functions-extensions-base': require.resolve('@azure/functions-extensions-base') },
  },
  test: {
    silent: 'passed-only',
    globalSetup: ['test/build.ts'],
    setupFiles: ['test/property-seed.ts'],
    sequence: { sequencer: SlowFirst },
    // The slow ones wait for most of their time, on two cores for the boots of VMs rather than for each other.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    projects: [
      { extends: true, test: { name: 'lean', include: lean, isolate: false } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: lean } },
    ],
  },
});
