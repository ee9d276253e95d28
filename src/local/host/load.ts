import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { type Registrations, runHooks } from './core.ts';
import { readJsonFile } from './json-file.ts';
import type { ProgrammingModel } from './rpc.ts';

const manifestSchema = z.object({ main: z.string(), type: z.optional(z.string()) });

/** A loaded function app; nothing can be registered any more. */
export interface App extends Registrations {
  model: ProgrammingModel;
}

/**
 * Loads the file that `main` of the folder's package.json names, ES module or CommonJS, after `provideCore`.
 *
 * Throws what the app throws while it loads, and where the folder holds no app.
 */
export async function loadApp(folder: string, registrations: Registrations): Promise<App> {
  await loadEntryPoint(folder);
  registrations.locked = true;
  const { model, functions, hooks, appHookData } = registrations;
  if (!model || functions.size === 0) throw new Error('The function app registered no function.');
  const capabilities = await model.getCapabilities?.({});
  if (capabilities?.HttpUri) throw new Error('HTTP streams (enableHttpStream) are not offered by this host.');
  await runHooks(hooks.appStart, { hookData: {}, appHookData, functionAppDirectory: folder });
  return { ...registrations, model };
}

async function loadEntryPoint(folder: string): Promise<void> {
  const manifest = await readJsonFile(join(folder, 'package.json'), manifestSchema);
  const file = resolve(folder, manifest.main);
  if (!existsSync(file)) throw new Error(`The file that main of package.json names does not exist: ${file}`);
  const isModule = file.endsWith('.mjs') || (manifest.type === 'module' && !file.endsWith('.cjs'));
  if (isModule) await import(pathToFileURL(file).href);
  else createRequire(file)(file);
}
