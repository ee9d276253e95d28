import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { withoutProxy } from '../../../src/local/environment.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'error',
  // The same as in the build of the function app; see there.
  external: ['@azure/functions-core'],
  alias: {
    '@azure/functions-extensions-base': createRequire(import.meta.url).resolve(
      '@azure/functions-extensions-base',
    ),
  },
};
const requireInModules = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

/** Bundles the host's process entry into a folder; returns the file. */
export async function buildHost(folder: string): Promise<string> {
  const outfile = join(folder, 'host.mjs');
  await build({
    ...common,
    format: 'esm',
    banner: requireInModules,
    entryPoints: ['src/local/host/main.ts'],
    outfile,
  });
  return outfile;
}

export interface AppSource {
  /** TypeScript of the app, or the file that holds it. */
  code?: string;
  file?: string;
  format?: 'esm' | 'cjs';
  hostJson?: object;
}

/** Bundles a function app into a folder as it would be deployed; returns the folder. */
export async function buildApp(
  folder: string,
  { code, file, format = 'esm', hostJson }: AppSource,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const entry: BuildOptions =
    file === undefined
      ? { stdin: { contents: code ?? '', resolveDir: root, loader: 'ts' } }
      : { entryPoints: [file] };
  const banner = format === 'esm' ? { banner: requireInModules } : {};
  await build({ ...common, ...entry, ...banner, format, outfile: join(folder, 'index.js') });
  const manifest = { main: 'index.js', type: format === 'esm' ? 'module' : 'commonjs' };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'host.json'), JSON.stringify({ version: '2.0', ...hostJson }));
  return folder;
}

/** A running host. */
export interface HostChild {
  process: ChildProcess;
  /** What it printed so far. */
  lines: string[];
  /** Resolves with its port when it says that it is ready; rejects with what it printed if it ends before. */
  ready: Promise<number>;
  /** Resolves with the exit code when it is gone and all its output is read; never if this process closed the channel. */
  ended: Promise<number | null>;
  /** The first line, printed already or to come, that fits. Rejects if the host ends without it. */
  line(pattern: RegExp): Promise<string>;
}

const living = new Set<ChildProcess>();

/** Starts the host as the box does, as a child with a channel. */
export function startChild(hostFile: string, args: string[], env: NodeJS.ProcessEnv = {}): HostChild {
  const child = fork(hostFile, args, {
    env: { ...withoutProxy(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  living.add(child);
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    if (stream)
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        for (const look of watchers) look();
      });
  child.once('exit', () => living.delete(child));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port));
    ended.then((code) => reject(new Error(`ended with ${code}:\n${lines.join('\n')}`)));
  });
  ready.catch(() => {});
  return {
    process: child,
    lines,
    ready,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        ended.then(() => reject(new Error(`no line like ${pattern}:\n${lines.join('\n')}`)));
        look();
      }),
  };
}

/** Ends what is left of the children of this test file. */
export async function endChildren(): Promise<void> {
  await Promise.all(
    [...living].map((child) => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      return exited;
    }),
  );
}
