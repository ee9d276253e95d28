import * as z from 'zod/mini';
import { defaultNames, type Names, storageName } from './names.ts';
import { secureUrl } from './secure-url.ts';

/** Where Rouse keeps everything: one storage account, and what it calls things there. */
export interface StorageSettings {
  storage: { blobUrl: string; queueUrl: string; tableUrl: string };
  names: Names;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The prefix of the settings that name the storage account, as the bindings' `connection` names it. */
export const connectionName = 'AzureWebJobsStorage';

const blobName = z.string().check(z.regex(storageName, 'must be 3 to 63 of a-z, 0-9 and -'));
const tableName = z
  .string()
  .check(z.regex(/^[A-Za-z][A-Za-z0-9]{2,62}$/, 'must be 3 to 63 letters and digits'));

/** The settings by name, each of which has a default but the account. */
export const storageSchema = z.object({
  [`${connectionName}__accountName`]: z.optional(z.string()),
  [`${connectionName}__blobServiceUri`]: z.optional(secureUrl),
  [`${connectionName}__queueServiceUri`]: z.optional(secureUrl),
  [`${connectionName}__tableServiceUri`]: z.optional(secureUrl),
  DATA_CONTAINER: z._default(blobName, defaultNames.data),
  RESULTS_CONTAINER: z._default(blobName, defaultNames.results),
  CONFIG_CONTAINER: z._default(blobName, defaultNames.config),
  QUEUE_PROCESSING: z._default(blobName, defaultNames.queueprocessing),
  QUEUE_LOG: z._default(blobName, defaultNames.queuelog),
  TABLE_VM: z._default(tableName, defaultNames.tblvm),
  TABLE_LOG: z._default(tableName, defaultNames.tbllog),
  TABLE_RESULTS: z._default(tableName, defaultNames.tblresults),
  TABLE_JOB: z._default(tableName, defaultNames.tbljob),
});

/** The storage settings in settings that the schema has found right. */
export function storageOf(value: z.infer<typeof storageSchema>): StorageSettings {
  return {
    storage: {
      blobUrl: serviceUrl(value, 'blob'),
      queueUrl: serviceUrl(value, 'queue'),
      tableUrl: serviceUrl(value, 'table'),
    },
    names: {
      data: value.DATA_CONTAINER,
      results: value.RESULTS_CONTAINER,
      config: value.CONFIG_CONTAINER,
      queueprocessing: value.QUEUE_PROCESSING,
      queuelog: value.QUEUE_LOG,
      tblvm: value.TABLE_VM,
      tbllog: value.TABLE_LOG,
      tblresults: value.TABLE_RESULTS,
      tbljob: value.TABLE_JOB,
    },
  };
}

/** What the schema alone cannot say: an account by its name, or all three services by their addresses. */
export function accountProblems(environment: Environment): string[] {
  if (environment[`${connectionName}__accountName`]) return [];
  return (['blob', 'queue', 'table'] as const)
    .map((service) => `${connectionName}__${service}ServiceUri`)
    .filter((name) => !environment[name])
    .map((name) => `${name}: is missing (or set ${connectionName}__accountName)`);
}

function serviceUrl(value: Environment, service: 'blob' | 'queue' | 'table'): string {
  return (
    value[`${connectionName}__${service}ServiceUri`] ??
    `https://${value[`${connectionName}__accountName`]}.${service}.core.windows.net`
  );
}
