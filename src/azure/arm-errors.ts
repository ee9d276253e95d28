import type { ErrorCode } from '../core/errors.ts';
import { isStatus, toAppError } from './errors.ts';

/** No room in the region, zone, host group or cluster (Troubleshoot allocation failures). */
const noCapacity =
  /\b(AllocationFailed|ZonalAllocationFailed|SkuNotAvailable|Overconstrained(Zonal)?AllocationRequest)\b/;
const throttled = /\b(TooManyRequests|SubscriptionRequestsThrottled)\b/;
const quota = /\bQuotaExceeded\b|\bquota\b/i;

/**
 * A failed call to ARM as an `AppError`. `OperationNotAllowed` is said of a throttling, of a quota and of a VM that is
 * busy or locked, so the whole body is looked at: codes stand at its top, under `error`, in its details, or in a text in
 * JSON. The client gives only the outermost.
 */
export function toArmError(error: unknown, body: string): unknown {
  return toAppError(error, classOf(body) ?? (isStatus(error, 404) ? 'not_found' : undefined));
}

function classOf(body: string): ErrorCode | undefined {
  if (noCapacity.test(body)) return 'no_capacity';
  if (throttled.test(body)) return 'throttled';
  if (quota.test(body)) return 'quota';
  // Whatever else is not allowed depends on what the VM is doing now.
  return body.includes('OperationNotAllowed') ? 'conflict' : undefined;
}
