import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const done = Symbol.for('rouse: built for the tests');

/** Builds once before all tests, whose projects each ask for it: the end-to-end tests run what is deployed, not the sources. */
export function setup(): void {
  const shared = globalThis as { [done]?: boolean };
  if (shared[done]) return;
  execFileSync(process.execPath, [fileURLToPath(new URL('../src/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
  shared[done] = true;
}
