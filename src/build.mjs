/**
 * Builds what runs: the function app as one deployable folder, the agent as one file, and the world in a box.
 * Plain JavaScript, because it runs before anything is built.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Bundled CommonJS packages still call require for Node's own modules, and the Functions library for what the worker gives it.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** dist/app: what is deployed, together with host.json; nothing of node_modules is needed beside it. */
async function buildApp() {
  await build({
    ...common,
    entryPoints: { index: 'src/functions/index.ts' },
    outdir: 'dist/app',
    minify: true,
    external: ['@azure/functions-core'],
    // The package's ESM form lacks its one export, and the library and the app must share one instance of it.
    alias: { '@azure/functions-extensions-base': require.resolve('@azure/functions-extensions-base') },
  });
  await cp(`${root}/host.json`, `${root}/dist/app/host.json`);
  const manifest = { name: 'rouse-app', private: true, type: 'module', main: 'index.js' };
  await writeFile(`${root}/dist/app/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** dist/agent: the one file that a VM needs. */
async function buildAgent() {
  await build({
    ...common,
    entryPoints: { 'rouse-agent': 'src/agent/main.ts' },
    outdir: 'dist/agent',
    outExtension: { '.js': '.mjs' },
    minify: true,
  });
}

/** dist/local: the commands that a developer runs, the local Functions host and the guest programs. */
async function buildLocal() {
  await build({
    ...common,
    entryPoints: { main: 'src/local/main.ts', host: 'src/local/host/main.ts' },
    outdir: 'dist/local',
    outExtension: { '.js': '.mjs' },
    external: ['azurite', 'vega-datasets'],
  });
  await build({
    ...common,
    entryPoints: { profile: 'src/local/guests/profile.ts', chart: 'src/local/guests/chart.ts' },
    outdir: 'dist/local/guests',
    outExtension: { '.js': '.mjs' },
    minify: true,
  });
}

// Commands that read a running world build nothing under its feet.
if (process.argv.includes('--if-missing') && existsSync(`${root}/dist/local/main.mjs`)) process.exit(0);

console.error('rouse: building …');
await mkdir(`${root}/dist/app`, { recursive: true });
await Promise.all([buildApp(), buildAgent(), buildLocal()]);
