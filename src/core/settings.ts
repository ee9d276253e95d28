import * as z from 'zod/mini';
import { type CallerSettings, callerProblems, callerSchema, callersOf } from './caller-settings.ts';
import { isAction } from './metadata.ts';
import { defaultRules, type Rules } from './rules.ts';
import { secureUrl } from './secure-url.ts';
import { parseSources, type Source } from './sources.ts';
import {
  accountProblems,
  type Environment,
  type StorageSettings,
  storageOf,
  storageSchema,
} from './storage-settings.ts';
import { type Validated, validate } from './validate.ts';

/** All that the function app is told by its environment. */
export interface Settings extends StorageSettings {
  arm: { armUrl: string; subscriptionId: string; resourceGroup: string };
  blobSource: 'EventGrid' | 'LogsAndContainerScan';
  sources: Source[];
  callers: CallerSettings;
  rules: Rules;
}

const required = z.string().check(z.minLength(1));

const number = (fallback: number, min: number, max: number, factor = 1) =>
  z.pipe(
    z
      ._default(z.string(), String(fallback / factor))
      .check(
        z.refine(
          (text) => Number(text) * factor >= min && Number(text) * factor <= max,
          `must be a number from ${min / factor} to ${max / factor}`,
        ),
      ),
    z.transform((text) => Math.round(Number(text) * factor)),
  );
const dayMs = 24 * 60 * 60_000;
const seconds = (fallbackMs: number) => number(fallbackMs, 100, 7 * dayMs, 1000);

const timeLimits = z.record(z.string().check(z.refine(isAction)), z.number().check(z.positive()));

/** A JSON object of actions and seconds. */
const secondsByAction = z.pipe(
  z._default(z.string(), '{}'),
  z.transform((text, context): Record<string, number> => {
    const read = timeLimits.safeParse(parseJson(text));
    if (read.success)
      return Object.fromEntries(Object.entries(read.data).map(([action, limit]) => [action, limit * 1000]));
    const message = 'must be a JSON object of actions and seconds, like {"profile": 600}';
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  }),
);
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Held against its schema, undefined is as wrong as any other text.
    return undefined;
  }
}

const schema = z.extend(z.extend(storageSchema, callerSchema.shape), {
  ARM_ENDPOINT: z._default(secureUrl, 'https://management.azure.com'),
  VM_SUBSCRIPTION_ID: required,
  VM_RESOURCE_GROUP: required,
  // The host reads the schedules itself, from the bindings; here they are only demanded, so that a missing one is named.
  COLLECT_SCHEDULE: required,
  WATCH_SCHEDULE: required,
  BLOB_SOURCE: z.enum(['EventGrid', 'LogsAndContainerScan']),
  SOURCES: z._default(z.string(), '[]'),
  DEFAULT_ACTION: z
    ._default(z.string(), defaultRules.defaultAction)
    .check(z.refine(isAction, 'must be 1 to 63 of a-z, 0-9 and -')),
  FILES_PER_VM_MAX: number(defaultRules.filesPerVmMax, 1, 100),
  FILE_BYTES_MAX: number(defaultRules.fileBytesMax, 1, Number.MAX_SAFE_INTEGER),
  FAILED_RUNS_MAX: number(defaultRules.failedRunsMax, 1, 100),
  UNREPORTED_MAX: number(defaultRules.unreportedMax, 1, 1000),
  HOPS_MAX: number(defaultRules.hopsMax, 0, 100),
  LEASE_SECONDS: seconds(defaultRules.leaseMs),
  BOOT_SECONDS_MAX: seconds(defaultRules.bootMsMax),
  IDLE_SECONDS_MAX: seconds(defaultRules.idleMsMax),
  SETTLE_SECONDS: seconds(defaultRules.settleMs),
  SILENCE_SECONDS: seconds(defaultRules.silenceMs),
  BACKOFF_SECONDS_MIN: seconds(defaultRules.backoffMsMin),
  BACKOFF_SECONDS_MAX: seconds(defaultRules.backoffMsMax),
  ACTION_SECONDS_MAX: seconds(defaultRules.actionMsMax),
  ACTION_SECONDS_MAX_BY_ACTION: secondsByAction,
  COOL_DOWN_SECONDS_MIN: seconds(defaultRules.coolDownMsMin),
  COOL_DOWN_SECONDS_MAX: seconds(defaultRules.coolDownMsMax),
  BLOB_GRACE_SECONDS: seconds(defaultRules.blobGraceMs),
});

/** The names of all settings that are read, for the README's table and for the tests. */
export const settingNames = Object.keys(schema.shape);

/**
 * Parses the settings once. Throws one error that lists every missing or wrong setting by name, never a value: what is
 * printed at a failed start ends up in logs.
 */
export function parseSettings(environment: Environment): Settings {
  const parsed = validate(schema, withoutEmpty(environment));
  const { sources, problems } = parseSources(environment.SOURCES || '[]', environment);
  const value = valueIn(parsed, environment, [
    ...accountProblems(environment),
    ...callerProblems(environment),
    ...problems,
  ]);
  return {
    ...storageOf(value),
    arm: {
      armUrl: value.ARM_ENDPOINT,
      subscriptionId: value.VM_SUBSCRIPTION_ID,
      resourceGroup: value.VM_RESOURCE_GROUP,
    },
    blobSource: value.BLOB_SOURCE,
    sources,
    callers: callersOf(value),
    rules: {
      leaseMs: value.LEASE_SECONDS,
      bootMsMax: value.BOOT_SECONDS_MAX,
      idleMsMax: value.IDLE_SECONDS_MAX,
      settleMs: value.SETTLE_SECONDS,
      silenceMs: value.SILENCE_SECONDS,
      failedRunsMax: value.FAILED_RUNS_MAX,
      backoffMsMin: value.BACKOFF_SECONDS_MIN,
      backoffMsMax: value.BACKOFF_SECONDS_MAX,
      unreportedMax: value.UNREPORTED_MAX,
      actionMsMax: value.ACTION_SECONDS_MAX,
      actionMsMaxByAction: value.ACTION_SECONDS_MAX_BY_ACTION,
      coolDownMsMin: value.COOL_DOWN_SECONDS_MIN,
      coolDownMsMax: value.COOL_DOWN_SECONDS_MAX,
      blobGraceMs: value.BLOB_GRACE_SECONDS,
      filesPerVmMax: value.FILES_PER_VM_MAX,
      hopsMax: value.HOPS_MAX,
      fileBytesMax: value.FILE_BYTES_MAX,
      defaultAction: value.DEFAULT_ACTION,
    },
  };
}

/** The part of the settings that names the storage, for who needs no more. Throws as {@link parseSettings} does. */
export function parseStorageSettings(environment: Environment): StorageSettings {
  const parsed = validate(storageSchema, withoutEmpty(environment));
  return storageOf(valueIn(parsed, environment, accountProblems(environment)));
}

/** An empty setting is one that is not set: that is how App Service and shells show it. */
function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}

/** The settings, if nothing is wrong with them. */
function valueIn<T>(parsed: Validated<T>, environment: Environment, others: readonly string[]): T {
  const wrong = (parsed.problems ?? []).map(
    ({ where, what }) => `${where}: ${environment[where] ? what : 'is missing'}`,
  );
  const problems = [...wrong, ...others];
  if (!parsed.problems && problems.length === 0) return parsed.value;
  // One line: the host takes stderr line by line, and would drop the lines that do not say "error".
  throw new Error(
    `Rouse cannot start, ${problems.length} of its settings are missing or wrong: ${problems.join('; ')}`,
  );
}
