import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds once before all tests: the end-to-end tests run what is deployed, not the sources. */
export function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../src/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
}
