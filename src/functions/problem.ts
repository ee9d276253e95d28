import type { HttpResponseInit, InvocationContext } from '@azure/functions';
import { AppError, type ErrorCode } from '../core/errors.ts';

/** What an operating error is for a caller. Errors of Azure's services are all "try later": their details stay inside. */
const statusByCode: Record<ErrorCode, number> = {
  bad_input: 400,
  not_proven: 403,
  not_in_pool: 403,
  not_yours: 403,
  not_found: 404,
  wrong_method: 405,
  lease_lost: 409,
  move_refused: 409,
  ambiguous: 409,
  blob_changed: 409,
  throttled: 429,
  no_capacity: 503,
  misconfigured: 503,
  unreadable: 503,
  quota: 503,
  conflict: 503,
  no_permission: 503,
  unavailable: 503,
};

const titles: Record<number, string> = {
  400: 'The call cannot be understood',
  403: 'Not proven, not a VM of the pool, or not its file',
  404: 'Not found',
  405: 'Not with this method',
  409: 'Not possible in this state',
  429: 'Too many calls, try again later',
  503: 'Not possible now, try again later',
};

/** The one answer to all who are not proven. */
const notProvenDetail =
  'nothing proves that this call comes from the VM that it names; why stands in tbllog under the X-Correlation-Id of this answer, for the first few in a minute';

const retryAfterMsDefault = 5000;

/**
 * Runs a door's work and answers operating errors as `application/problem+json` (RFC 9457) with a stable `code`. Anything else
 * is thrown on: the host must see it.
 */
export async function answerProblems(
  context: InvocationContext,
  work: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const status = statusByCode[error.code];
    if (!error.isTraced) context.warn(`answered ${status} ${error.code}: ${error.message}`);
    return problem(error, status, context.invocationId);
  }
}

function problem(error: AppError, status: number, correlationId: string): HttpResponseInit {
  const mayRetry = status === 429 || status === 503;
  const saysWhy = !mayRetry && error.code !== 'not_proven';
  const title = titles[status] ?? 'Not possible';
  const retryAfterSeconds = Math.ceil((error.retryAfterMs ?? retryAfterMsDefault) / 1000);
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      // In a header: the bodies of refusals are all the same.
      'X-Correlation-Id': correlationId,
      ...(mayRetry && { 'Retry-After': String(retryAfterSeconds) }),
      ...(status === 405 && { Allow: error.permitted?.join(', ') ?? '' }),
    },
    body: JSON.stringify({
      type: 'about:blank',
      title,
      status,
      detail: saysWhy ? error.message : mayRetry ? title : notProvenDetail,
      code: error.code,
      ...(error.permitted && { permitted: error.permitted }),
    }),
  };
}
