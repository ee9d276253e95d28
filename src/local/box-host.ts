import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boxSettings } from './box-settings.ts';
import type { Cloud } from './cloud.ts';
import { type FunctionHost, startCoreTools, startLocalHost } from './function-host.ts';
import type { BoxOptions } from './options.ts';
import type { RunFolder } from './run-folder.ts';

/** Starts the function app of a box, with the box's settings and what the options put over them. */
export async function startHost(
  options: BoxOptions,
  parts: { cloud: Cloud; folder: RunFolder; keys: Record<string, string>; sources: { name: string }[] },
): Promise<FunctionHost> {
  const { cloud, folder, keys, sources } = parts;
  const { bootSeconds, callerCheck, settings: overrides } = options;
  const { authority } = cloud.identity;
  const own = boxSettings({ ...cloud.reached, authority, callerCheck, bootSeconds, sources });
  const settings = { ...own, ...overrides };
  await writeFile(folder.settingsFile, JSON.stringify({ IsEncrypted: false, Values: settings }, null, 2));
  const start = options.host === 'func' ? startCoreTools : startLocalHost;
  return start({
    settingsFile: folder.settingsFile,
    settings,
    port: options.port,
    env: {
      ...process.env,
      ...cloud.app,
      NODE_EXTRA_CA_CERTS: folder.certFile,
      ROUSE_LOCAL_KEYS: JSON.stringify(keys),
    },
    logFile: join(folder.logs, 'host.log'),
  });
}
