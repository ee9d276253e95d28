import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../core/errors.ts';
import { type AgentConfig, readConfig } from './config.ts';
import { messageOf } from './message-of.ts';

/**
 * Loads the configuration from a file, or, without one, from the environment alone, which serves the commands for
 * scripts. Throws `bad_input`.
 */
export async function loadConfig(
  path: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<AgentConfig> {
  if (path === undefined) return readConfig('{}', process.cwd(), environment);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('bad_input', `the configuration file: ${messageOf(cause)}`, { cause });
  });
  return readConfig(text, dirname(resolve(path)), environment);
}
