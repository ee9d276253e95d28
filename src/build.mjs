/**
 * Builds what runs: the function app as one deployable folder, the agent as one file, and the world in a box.
 * Plain JavaScript, because it runs before anything is built.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleApp, common, root } from './bundle.mjs';

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
await Promise.all([bundleApp(join(root, 'dist/app')), buildAgent(), buildLocal()]);
