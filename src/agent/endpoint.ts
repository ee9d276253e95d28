import * as z from 'zod/mini';
import { parseRetryAfterMs } from '../azure/errors.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { isAction } from '../core/metadata.ts';
import type { AgentConfig } from './config.ts';
import { post, type Reply } from './post.ts';
import type { AgentWorld, Answer } from './world.ts';

/** The job id names a folder and blobs here, so nothing but what the functions make passes. */
const claim = z.object({
  fileName: z.string().check(z.minLength(1)),
  etag: z.string().check(z.minLength(1)),
  action: z.string().check(z.refine(isAction)),
  jobId: z.string().check(z.regex(/^[0-9a-f]{1,64}$/)),
  attempt: z.int().check(z.positive()),
  leaseSeconds: z.number().check(z.nonnegative()),
  timeLimitSeconds: z.number().check(z.positive()),
});

const answer = z.object({
  recorded: z.optional(z.enum(['new', 'duplicate', 'none'])),
  stop: z.boolean(),
  next: z.nullable(claim),
});

const problem = z.object({ code: z.string(), detail: z._default(z.string(), '') });

/**
 * The functions as the agent sees them. Every call throws an `AppError` by what was answered: `lease_lost` for 409,
 * `throttled` for 429 and 503 with its `retryAfterMs`, `bad_input` or `not_in_pool` where the app itself refuses, and
 * `unavailable` for all that is not an answer of the app, such as the host's 404 while it starts.
 */
export function connectEndpoint(
  config: Pick<AgentConfig, 'endpoint' | 'functionKey' | 'localAddress' | 'callMs' | 'vmName'>,
): Pick<AgentWorld, 'next' | 'renew' | 'release' | 'finish'> {
  async function call(name: string, content: object): Promise<Answer> {
    const reply = await post(
      new URL(`${config.endpoint}/${name}`),
      { vmName: config.vmName, ...content },
      {
        headers: config.functionKey === undefined ? {} : { 'x-functions-key': config.functionKey },
        localAddress: config.localAddress,
        timeoutMs: config.callMs,
      },
    );
    if (reply.status !== 200) throw refusal(reply);
    const read = answer.safeParse(parse(reply.body));
    if (!read.success)
      throw new AppError('unavailable', `${name} answered something else than the contract's`);
    return read.data;
  }
  return {
    next: () => call('funcHttpVMNext', {}),
    renew: ({ jobId, attempt }) => call('funcHttpVMNext', { jobId, attempt }),
    async release({ jobId, attempt }) {
      await call('funcHttpVMNext', { jobId, attempt, release: true });
    },
    finish: (report) => call('funcHttpVMStop', report),
  };
}

function refusal(reply: Reply): AppError {
  const { data } = problem.safeParse(parse(reply.body));
  const message = `the functions answered ${reply.status}${data ? ` (${data.code}) ${data.detail}` : ''}`;
  return new AppError(codeOf(reply.status, data !== undefined), message, {
    retryAfterMs: parseRetryAfterMs(reply.retryAfter, Date.now()),
  });
}

/** The host answers 401 and 404 too, without a problem document, while keys are rotated or the app is deployed. */
function codeOf(status: number, isOurs: boolean): ErrorCode {
  if (status === 409) return 'lease_lost';
  if (status === 429 || status === 503) return 'throttled';
  if (!isOurs || status < 400 || status >= 500) return 'unavailable';
  return status === 401 || status === 403 ? 'not_in_pool' : 'bad_input';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: not an answer of the app.
    return undefined;
  }
}
