/**
 * One error class for everything that can go wrong in operation. `code` is a closed union, stable for programs that
 * read it; `retryable` says whether the same call may succeed later. Programming errors are assertions instead.
 */
const retryableByCode = {
  /** A request, message, row or setting that cannot be understood. */
  bad_input: false,
  /** Nothing proves that the caller is the VM that it names. */
  not_proven: false,
  /** The caller is not a VM of the pool. */
  not_in_pool: false,
  /** The caller may not speak for this file. */
  not_yours: false,
  /** The lease has gone: the job was cancelled, moved or ended. */
  lease_lost: false,
  /** The move is not in the table of moves. */
  move_refused: false,
  /** A call without job id that could mean more than one file. */
  ambiguous: false,
  /** The address does not have this method. */
  wrong_method: false,
  /** What was asked for does not exist. */
  not_found: false,
  /** Azure refuses the call itself: a table, container or setting is not as it should be. */
  misconfigured: false,
  /** A row of ours that makes no sense; somebody has edited it. */
  unreadable: false,
  /** The blob is another version than the one asked for, or gone. */
  blob_changed: false,
  /** Azure throttles: try again after `retryAfterMs`. */
  throttled: true,
  /** Azure has no room for this VM now (`AllocationFailed` and its kin). */
  no_capacity: true,
  /** The subscription's quota is used up. */
  quota: false,
  /** Another operation is going on at this VM: read its state again. */
  conflict: true,
  /** The identity lacks a role; roles take time to spread. */
  no_permission: true,
  /** No answer, or one that says nothing (time-outs, resets, 5xx). */
  unavailable: true,
} as const;

export type ErrorCode = keyof typeof retryableByCode;

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** What would not have been refused: orders for `move_refused`, methods for `wrong_method`. */
  readonly permitted: readonly string[] | undefined;
  /** It has been traced, or passed over on purpose, before it comes to where errors are traced. */
  isTraced = false;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number; permitted?: readonly string[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = retryableByCode[code];
    this.retryAfterMs = options.retryAfterMs;
    this.permitted = options.permitted;
  }
}

/** Whether an error is an operating error, with one of the codes if any are named. */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}
