import * as z from 'zod/mini';
import { isAction } from './metadata.ts';
import { defaultNames, type Names } from './names.ts';
import { defaultRules, type Rules } from './rules.ts';
import { parseSources, type Source } from './sources.ts';
import { validate } from './validate.ts';

/** All that the function app is told by its environment. */
export interface Settings {
  storage: { blobUrl: string; queueUrl: string; tableUrl: string };
  names: Names;
  arm: { armUrl: string; subscriptionId: string; resourceGroup: string };
  blobSource: 'EventGrid' | 'LogsAndContainerScan';
  sources: Source[];
  rules: Rules;
}

/** The prefix of the settings that name the storage account, as the bindings' `connection` names it. */
export const connectionName = 'AzureWebJobsStorage';

const url = z.string().check(z.url({ protocol: /^https?$/ }));
const blobName = z
  .string()
  .check(z.regex(/^[a-z0-9](?:-?[a-z0-9]){2,62}$/, 'must be 3 to 63 of a-z, 0-9 and -'));
const tableName = z
  .string()
  .check(z.regex(/^[A-Za-z][A-Za-z0-9]{2,62}$/, 'must be 3 to 63 letters and digits'));
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

const schema = z.object({
  [`${connectionName}__accountName`]: z.optional(z.string()),
  [`${connectionName}__blobServiceUri`]: z.optional(url),
  [`${connectionName}__queueServiceUri`]: z.optional(url),
  [`${connectionName}__tableServiceUri`]: z.optional(url),
  DATA_CONTAINER: z._default(blobName, defaultNames.data),
  RESULTS_CONTAINER: z._default(blobName, defaultNames.results),
  QUEUE_PROCESSING: z._default(blobName, defaultNames.queueprocessing),
  QUEUE_LOG: z._default(blobName, defaultNames.queuelog),
  TABLE_VM: z._default(tableName, defaultNames.tblvm),
  TABLE_LOG: z._default(tableName, defaultNames.tbllog),
  TABLE_RESULTS: z._default(tableName, defaultNames.tblresults),
  TABLE_JOB: z._default(tableName, defaultNames.tbljob),
  ARM_ENDPOINT: z._default(url, 'https://management.azure.com'),
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
  BLOB_GRACE_SECONDS: seconds(defaultRules.blobGraceMs),
});

/** The names of all settings that are read, for the README's table and for the tests. */
export const settingNames = Object.keys(schema.shape);

/**
 * Parses the settings once. Throws one error that lists every missing or wrong setting by name, never a value: what is
 * printed at a failed start ends up in logs.
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    settingNames.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const parsed = validate(schema, given);
  const sources = parseSources(environment.SOURCES || '[]', environment);
  const problems = [
    ...(parsed.problems ?? []).map(
      ({ where, what }) => `${where}: ${given[where] === undefined ? 'is missing' : what}`,
    ),
    ...storageProblems(given),
    ...sources.problems,
  ];
  if (!parsed.value || problems.length > 0) throw new Error(settingsError(problems));

  const value = parsed.value;
  return {
    storage: {
      blobUrl: serviceUrl(given, 'blob'),
      queueUrl: serviceUrl(given, 'queue'),
      tableUrl: serviceUrl(given, 'table'),
    },
    names: {
      data: value.DATA_CONTAINER,
      results: value.RESULTS_CONTAINER,
      queueprocessing: value.QUEUE_PROCESSING,
      queuelog: value.QUEUE_LOG,
      tblvm: value.TABLE_VM,
      tbllog: value.TABLE_LOG,
      tblresults: value.TABLE_RESULTS,
      tbljob: value.TABLE_JOB,
    },
    arm: {
      armUrl: value.ARM_ENDPOINT,
      subscriptionId: value.VM_SUBSCRIPTION_ID,
      resourceGroup: value.VM_RESOURCE_GROUP,
    },
    blobSource: value.BLOB_SOURCE,
    sources: sources.sources,
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
      blobGraceMs: value.BLOB_GRACE_SECONDS,
      filesPerVmMax: value.FILES_PER_VM_MAX,
      hopsMax: value.HOPS_MAX,
      fileBytesMax: value.FILE_BYTES_MAX,
      defaultAction: value.DEFAULT_ACTION,
    },
  };
}

type Service = 'blob' | 'queue' | 'table';

function serviceUrl(given: Record<string, string | undefined>, service: Service): string {
  return (
    given[`${connectionName}__${service}ServiceUri`] ??
    `https://${given[`${connectionName}__accountName`]}.${service}.core.windows.net`
  );
}

function storageProblems(given: Record<string, string | undefined>): string[] {
  if (given[`${connectionName}__accountName`]) return [];
  return (['blob', 'queue', 'table'] as const)
    .map((service) => `${connectionName}__${service}ServiceUri`)
    .filter((name) => !given[name])
    .map((name) => `${name}: is missing (or set ${connectionName}__accountName)`);
}

function settingsError(problems: readonly string[]): string {
  return `Rouse cannot start, ${problems.length} of its settings are missing or wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
}
