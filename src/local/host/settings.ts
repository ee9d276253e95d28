import * as z from 'zod/mini';
import { readJsonFile } from './json-file.ts';

const schema = z.object({ Values: z._default(z.record(z.string(), z.string()), {}) });

/**
 * Puts the `Values` of a file like `local.settings.json` into the environment; a variable that is set already wins.
 * Throws if the file cannot be read or has another form.
 */
export async function applySettings(file: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { Values } = await readJsonFile(file, schema);
  for (const [name, value] of Object.entries(Values)) env[name] ??= value;
}
