import { hostname } from 'node:os';
import * as z from 'zod/mini';
import { defaultNames, storageName } from '../core/names.ts';
import { defaultRules } from '../core/rules.ts';
import { secureUrl } from '../core/secure-url.ts';
import { isVmName } from '../core/vm-name.ts';
import { action, guestConfig, seconds } from './guest-config.ts';
import { guestUser } from './guest-user.ts';

/** A key or the like, as it stands in a header. */
export const printable = z
  .string()
  .check(z.regex(/^[!-~]{1,1024}$/, 'must be 1 to 1024 printable characters'));
const name = z.string().check(z.minLength(1), z.regex(/^\P{Cc}*$/u, 'has a control character'));
const placeName = z.string().check(z.regex(storageName, 'must be 3 to 63 of a-z, 0-9 and -'));

const storage = z.strictObject({
  blobUrl: secureUrl,
  queueUrl: secureUrl,
  data: z._default(placeName, defaultNames.data),
  results: z._default(placeName, defaultNames.results),
  config: z._default(placeName, defaultNames.config),
  queueprocessing: z._default(placeName, defaultNames.queueprocessing),
  queuelog: z._default(placeName, defaultNames.queuelog),
});

/** The configuration file of an agent, with what the environment says laid over it. */
export const configFile = z.strictObject({
  vmName: z.string().check(z.refine(isVmName, 'not the name of an Azure VM')),
  localAddress: z.optional(z.union([z.ipv4(), z.ipv6()])),
  storage,
  workFolder: name,
  guestUser: z.optional(guestUser),
  guests: z._default(z.record(action, guestConfig), {}),
  default: z.optional(guestConfig),
  peekSeconds: z._default(seconds, 5),
  askSeconds: z._default(seconds, 30),
  renewSeconds: z._default(seconds, 60),
  callSeconds: z._default(seconds, 20),
  hopsMax: z._default(z.int().check(z.nonnegative()), defaultRules.hopsMax),
});

/** The settings that the environment may give too. */
const variables = {
  vmName: 'ROUSE_VM_NAME',
  localAddress: 'ROUSE_LOCAL_ADDRESS',
  workFolder: 'ROUSE_WORK_FOLDER',
};

const storageVariables = {
  blobUrl: 'ROUSE_BLOB_URL',
  queueUrl: 'ROUSE_QUEUE_URL',
  data: 'ROUSE_DATA_CONTAINER',
  results: 'ROUSE_RESULTS_CONTAINER',
  config: 'ROUSE_CONFIG_CONTAINER',
  queueprocessing: 'ROUSE_PROCESSING_QUEUE',
  queuelog: 'ROUSE_LOG_QUEUE',
};

/** The content of the file with the environment laid over it: what the environment gives wins. A VM's name is its host name. */
export function withEnvironment(file: unknown, environment: NodeJS.ProcessEnv): unknown {
  if (!isRecord(file)) return file;
  const given = { vmName: hostname(), ...file, ...valuesOf(variables, environment) };
  if (file.storage !== undefined && !isRecord(file.storage)) return given;
  return { ...given, storage: { ...file.storage, ...valuesOf(storageVariables, environment) } };
}

function valuesOf(names: Record<string, string>, environment: NodeJS.ProcessEnv): Record<string, string> {
  const pairs = Object.entries(names).map(([setting, variable]) => [setting, environment[variable] ?? '']);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
