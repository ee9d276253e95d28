import { type Refusal, refusal } from './refusal.ts';

/** What ARM says of a VM in trouble: HTTP status, code and text, `{vm}` and `{operation}` being filled in. */
interface Saying {
  status: number;
  code: string;
  message: string;
  retryAfterSeconds?: number;
}

/**
 * Sources of the texts: Azure's list of common VM error messages (virtual-machines/error-messages), its pages on
 * allocation failures and quotas, and reports of these very answers by users of Terraform and the Azure CLI.
 */
const sayings = {
  AllocationFailed: {
    status: 409,
    code: 'AllocationFailed',
    message:
      'Allocation failed. We do not have sufficient capacity for the requested VM size in this region.',
  },
  ZonalAllocationFailed: {
    status: 409,
    code: 'ZonalAllocationFailed',
    message: 'Allocation failed. We do not have sufficient capacity for the requested VM size in this zone.',
  },
  SkuNotAvailable: {
    status: 409,
    code: 'SkuNotAvailable',
    message: "The requested VM size for resource '{vm}' is currently not available in location 'westeurope'.",
  },
  OverconstrainedAllocationRequest: {
    status: 409,
    code: 'OverconstrainedAllocationRequest',
    message:
      'Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive.',
  },
  /** Told from other uses of its code by the text alone. */
  quota: {
    status: 409,
    code: 'OperationNotAllowed',
    message:
      'Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: westeurope, Current Limit: 10, Current Usage: 10, Additional Required: 2, (Minimum) New Limit Required: 12.',
  },
  busy: {
    status: 409,
    code: 'OperationNotAllowed',
    message: "Operation '{operation}' is not allowed on VM '{vm}' since another operation is in progress.",
  },
  conflict: {
    status: 409,
    code: 'Conflict',
    message:
      'The request failed due to conflict with a concurrent request. To resolve it, please refer to https://aka.ms/activitylog to get more details on the conflicting requests.',
  },
  permission: {
    status: 403,
    code: 'AuthorizationFailed',
    message:
      "The client does not have authorization to perform action 'Microsoft.Compute/virtualMachines/{operation}/action' over scope '{vm}' or the scope is invalid.",
  },
  unavailable: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'The service is temporarily unavailable. Please try again.',
  },
  /** Of ARM itself, before it asks a provider; each provider's own limits are those of the buckets. */
  throttled: {
    status: 429,
    code: 'SubscriptionRequestsThrottled',
    message:
      "Number of requests for subscription and operation '{operation}' exceeded the limit. Please try again after '2' seconds.",
    retryAfterSeconds: 2,
  },
} as const satisfies Record<string, Saying>;

export type Problem = keyof typeof sayings;

/** What ARM says of a problem with an operation on a VM. */
export function say(problem: Problem, operation: string, vm: string): { code: string; message: string } {
  const { code, message } = sayings[problem];
  return { code, message: message.replace('{operation}', operation).replace('{vm}', vm) };
}

/** The same as a refusal of the request itself. */
export function refuse(problem: Problem, operation: string, vm: string): Refusal {
  const { code, message } = say(problem, operation, vm);
  const { status, retryAfterSeconds }: Saying = sayings[problem];
  const headers = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) };
  return refusal(status, code, message, headers);
}
