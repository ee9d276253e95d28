import type { Reply } from '../reply.ts';
import type { Operation } from './operation.ts';
import { location } from './resources.ts';

/** Azure says 10 or more; here the operations themselves take but seconds. */
const retryAfterSeconds = '1';

/** The answer to what begins an operation: where its status can be asked for. */
export function accepted(operation: Operation, subscriptionUrl: string): Reply {
  const path = `providers/Microsoft.Compute/locations/${location}/operations/${operation.id}`;
  const url = `${subscriptionUrl}/${path}?api-version=2026-03-01`;
  const headers = {
    'azure-asyncoperation': url,
    location: `${url}&monitor=true`,
    'retry-after': retryAfterSeconds,
  };
  return { status: 202, headers };
}

/**
 * The answer to a question for an operation: at `Azure-AsyncOperation` its state, at `Location` (`monitor`) what the
 * operation itself would have answered.
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations)
 */
export function statusOf(operation: Operation, monitor: boolean): Reply {
  const { id, status, startedAt, endedAt, error } = operation;
  const waiting = status === 'InProgress';
  const headers: Record<string, string> = waiting ? { 'retry-after': retryAfterSeconds } : {};
  if (monitor && waiting) return { status: 202, headers };
  if (monitor) return error ? { status: 409, body: { error } } : { status: 200 };
  const body = {
    name: id,
    status,
    startTime: new Date(startedAt).toISOString(),
    ...(endedAt !== undefined && { endTime: new Date(endedAt).toISOString() }),
    ...(error && { error }),
  };
  return { status: 200, headers, body };
}
