import { hostname } from 'node:os';
import * as z from 'zod/mini';
import { defaultNames, storageName } from '../core/names.ts';
import { defaultRules } from '../core/rules.ts';
import { action, guestConfig, seconds } from './guest-config.ts';
import { isSecureUrl } from './secure-url.ts';

const url = z.string().check(
  z.trim(),
  z.refine(isSecureUrl, 'not an https: URL (http: is for loopback addresses only, and no password in it)'),
  // What is appended to it would land there, or make it none; a URL parser is deaf to some of these.
  z.regex(/^[^\s\p{Cc}?#]*$/u, 'a URL with white space, a control character, ? or # in it'),
);
const name = z.string().check(z.minLength(1), z.regex(/^\P{Cc}*$/u, 'has a control character'));
const placeName = z.string().check(z.regex(storageName, 'must be 3 to 63 of a-z, 0-9 and -'));

const storage = z.strictObject({
  blobUrl: url,
  queueUrl: url,
  data: z._default(placeName, defaultNames.data),
  results: z._default(placeName, defaultNames.results),
  queueprocessing: z._default(placeName, defaultNames.queueprocessing),
  queuelog: z._default(placeName, defaultNames.queuelog),
});

/** The configuration file of an agent, with what the environment says laid over it. */
export const configFile = z.strictObject({
  vmName: name,
  endpoint: url,
  functionKey: z.optional(z.string().check(z.regex(/^[!-~]+$/))),
  localAddress: z.optional(z.union([z.ipv4(), z.ipv6()])),
  storage,
  workFolder: name,
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
  endpoint: 'ROUSE_ENDPOINT',
  functionKey: 'ROUSE_FUNCTION_KEY',
  localAddress: 'ROUSE_LOCAL_ADDRESS',
  workFolder: 'ROUSE_WORK_FOLDER',
};

const storageVariables = {
  blobUrl: 'ROUSE_BLOB_URL',
  queueUrl: 'ROUSE_QUEUE_URL',
  data: 'ROUSE_DATA_CONTAINER',
  results: 'ROUSE_RESULTS_CONTAINER',
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
