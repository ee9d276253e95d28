import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles a guest program as it is deployed: one minified file. */
export async function bundle(name: 'profile' | 'chart', folder: string): Promise<string> {
  const outfile = `${folder}/${name}.mjs`;
  await build({
    entryPoints: [fileURLToPath(new URL(`../../../src/local/guests/${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  });
  return outfile;
}

/** A program that has not ended by then hangs; it is killed and has no exit code. */
const hangMs = 15_000;

/** Runs a program as an agent does: a process of its own, without any environment. */
export async function run(
  program: string,
  ...args: string[]
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    env: {},
    stdio: ['ignore', 'inherit', 'pipe'],
    timeout: hangMs,
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, stderr };
}
