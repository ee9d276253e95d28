/**
 * How everything is bundled: plain JavaScript, because it runs before anything is built.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
export const root = fileURLToPath(new URL('..', import.meta.url));

export const common = {
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

/**
 * Bundles the function app into a folder as it is deployed, together with host.json; nothing of node_modules is needed beside it.
 * `plugins` are esbuild's, for tests that change the app.
 */
export async function bundleApp(folder, plugins = []) {
  await mkdir(folder, { recursive: true });
  await build({
    ...common,
    entryPoints: { index: 'src/functions/index.ts' },
    outdir: folder,
    minify: true,
    external: ['@azure/functions-core'],
    // The package's ESM form lacks its one export, and the library and the app must share one instance of it.
    alias: { '@azure/functions-extensions-base': require.resolve('@azure/functions-extensions-base') },
    plugins,
  });
  await cp(join(root, 'host.json'), join(folder, 'host.json'));
  const manifest = { name: 'rouse-app', private: true, type: 'module', main: 'index.js' };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
