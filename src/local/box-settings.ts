import type { CallerCheck } from '../core/callers.ts';
import type { RunningWorld } from './run-folder.ts';

/** Who the box's Azure belongs to; any names would do. */
export const tenantId = '00000000-0000-0000-0000-00000000000a';
export const subscriptionId = '00000000-0000-0000-0000-000000000001';
export const resourceGroup = 'rouse-box';

/** What the VMs ask their tokens for. */
export const callerAudience = 'api://rouse-box';

/**
 * The function app's settings in the box: those of the contract, with times in proportion to the boot time, where Azure
 * has minutes.
 */
export function boxSettings(box: {
  storage: RunningWorld['storage'];
  armUrl: string;
  /** Where the keys of the tenant's tokens are published. */
  authority: string;
  callerCheck: CallerCheck;
  bootSeconds: number;
  sources: object[];
}): Record<string, string> {
  const { storage, armUrl, authority, callerCheck, bootSeconds, sources } = box;
  return {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsStorage__blobServiceUri: storage.blobUrl,
    AzureWebJobsStorage__queueServiceUri: storage.queueUrl,
    AzureWebJobsStorage__tableServiceUri: storage.tableUrl,
    ARM_ENDPOINT: armUrl,
    VM_SUBSCRIPTION_ID: subscriptionId,
    VM_RESOURCE_GROUP: resourceGroup,
    CALLER_CHECK: callerCheck,
    CALLER_AUDIENCE: callerAudience,
    TENANT_ID: tenantId,
    TOKEN_AUTHORITY: authority,
    TRUSTED_PROXIES: '1',
    BLOB_SOURCE: 'LogsAndContainerScan',
    COLLECT_SCHEDULE: '*/2 * * * * *',
    WATCH_SCHEDULE: '* * * * * *',
    SOURCES: JSON.stringify(sources),
    LEASE_SECONDS: '15',
    BOOT_SECONDS_MAX: String(Math.max(30, bootSeconds * 10)),
    IDLE_SECONDS_MAX: '3',
    SETTLE_SECONDS: '3',
    SILENCE_SECONDS: '2',
    BACKOFF_SECONDS_MIN: '1',
    BACKOFF_SECONDS_MAX: '10',
    ACTION_SECONDS_MAX: '300',
    BLOB_GRACE_SECONDS: '5',
    COOL_DOWN_SECONDS_MIN: '2',
    COOL_DOWN_SECONDS_MAX: '20',
  };
}
