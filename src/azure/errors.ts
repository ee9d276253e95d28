import { AppError, type ErrorCode } from '../core/errors.ts';

/** What the SDKs put into an error; each client fills another part of it. */
interface ServiceError extends Error {
  statusCode?: number;
  code?: string;
  details?: { errorCode?: string; odataError?: { code?: string; message?: { value?: string } } };
  response?: { headers: { get(name: string): string | undefined } };
}

const serviceErrorNames = new Set([
  // An answer that says no, none at all, or none in time.
  'RestError',
  'AbortError',
  'TimeoutError',
  // No token was to be had.
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
]);

/** Runs a call to Azure, with what goes wrong as an {@link AppError}. Errors of the program itself pass unchanged. */
export async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toAppError(error);
  }
}

/** A failed call to Azure as an {@link AppError}; `code` where the caller knows better than the status. */
export function toAppError(error: unknown, code?: ErrorCode): unknown {
  if (!isServiceError(error)) return error;
  const named = errorCodeOf(error);
  const answer = [error.statusCode, named].filter(Boolean).join(' ') || error.name;
  return new AppError(code ?? codeByStatus(error), `Azure said ${answer}: ${firstLineOf(error)}`, {
    cause: error,
    retryAfterMs: retryAfterMsOf(error),
  });
}

/** Whether a call failed with this status and, if any are named, one of these error codes. */
export function isStatus(error: unknown, status: number, ...codes: string[]): boolean {
  if (!isServiceError(error) || error.statusCode !== status) return false;
  return codes.length === 0 || codes.includes(errorCodeOf(error) ?? '');
}

/** Not the one that the message has now, or (in a row that somebody has edited) none at all. */
const badReceipts = ['PopReceiptMismatch', 'InvalidQueryParameterValue', 'OutOfRangeQueryParameterValue'];

/**
 * Whether a pop receipt is no longer good: Azure says that its message is not there, Azurite that it does not match. A queue
 * that is not there is no such thing.
 */
export function isSpoiled(error: unknown): boolean {
  return isStatus(error, 404, 'MessageNotFound') || isStatus(error, 400, ...badReceipts);
}

/**
 * The value, or undefined where the thing asked for is not there. That the table, container or queue around it is
 * missing is no such answer: it would look like an empty pool.
 */
export async function ifThere<T>(call: () => Promise<T>): Promise<T | undefined> {
  return unless(call, (error) => isStatus(error, 404, 'ResourceNotFound', 'EntityNotFound', 'BlobNotFound'));
}

/** The value, or undefined where the call failed in a way that is an answer. */
export async function unless<T>(
  call: () => Promise<T>,
  isAnswer: (error: unknown) => boolean,
): Promise<T | undefined> {
  return translated(async () => {
    try {
      return await call();
    } catch (error) {
      if (isAnswer(error)) return undefined;
      throw error;
    }
  });
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && serviceErrorNames.has(error.name);
}

/** The tables leave `code` empty and fill the details; the answer to a HEAD has nothing but the header. */
function errorCodeOf({ details, code, response }: ServiceError): string | undefined {
  return details?.errorCode ?? details?.odataError?.code ?? code ?? response?.headers.get('x-ms-error-code');
}

function codeByStatus(error: ServiceError): ErrorCode {
  const status = error.statusCode ?? 0;
  if (status === 429 || (status === 503 && retryAfterMsOf(error) !== undefined)) return 'throttled';
  if (status === 503 && errorCodeOf(error) === 'ServerBusy') return 'throttled';
  if (status === 401 || status === 403) return 'no_permission';
  if (status === 409 || status === 412) return 'conflict';
  if (status >= 400 && status < 500 && status !== 408) return 'misconfigured';
  return 'unavailable';
}

/** `Retry-After` is seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMsOf(error: ServiceError): number | undefined {
  return parseRetryAfterMs(error.response?.headers.get('retry-after'), Date.now());
}

/** The wait that a `Retry-After` asks for; undefined if it asks for none that can be understood. */
export function parseRetryAfterMs(text: string | null | undefined, now: number): number | undefined {
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** What follows in a message are request ids. */
function firstLineOf(error: ServiceError): string {
  return (error.details?.odataError?.message?.value ?? error.message).split('\n')[0] ?? '';
}
