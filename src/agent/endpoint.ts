import * as z from 'zod/mini';
import { parseRetryAfterMs } from '../azure/errors.ts';
import { AppError, type ErrorCode, isAppError } from '../core/errors.ts';
import { isAction } from '../core/metadata.ts';
import { type Access, accessBlob, type HeldAccess } from './access.ts';
import type { AgentConfig } from './config.ts';
import { type Deadline, deadlineIn, inTime } from './deadline.ts';
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

/** Between two readings of the access that may not be outdated at all. */
const doubtMsMin = 60_000;

/** The cause of a refusal by the host itself. */
const keyRefused = Symbol('the key is refused');

/** How the agent gets in: what it was told, and the token of the VM's identity for an audience. */
export interface Entrance {
  access: HeldAccess;
  token(audience: string): Promise<string>;
}

/**
 * The functions as the agent sees them. Every call throws an `AppError` by what was answered: `lease_lost` for 409,
 * `throttled` for 429 and 503 with its `retryAfterMs`, `bad_input` or `not_in_pool` where the app itself refuses, and
 * `unavailable` for all that is not an answer of the app, such as the host's 404 while it starts. 401 is the host's answer to a
 * key that is no longer good. With an access that has changed meanwhile the call is made once more.
 */
export function connectEndpoint(
  config: Pick<AgentConfig, 'localAddress' | 'callMs' | 'vmName'>,
  { access, token }: Entrance,
): Pick<AgentWorld, 'next' | 'renew' | 'release' | 'finish'> {
  /** When the access was last read again (ms of a clock that only runs forward). */
  let doubtedAt = Number.NEGATIVE_INFINITY;

  async function send(found: Access, name: string, content: object, deadline: Deadline): Promise<Reply> {
    const { endpoint, functionKey, audience } = found;
    const bearer = audience !== undefined && (await inTime('a token of this VM', token(audience), deadline));
    return await post(
      new URL(`${endpoint}/${name}`),
      { vmName: config.vmName, ...content },
      {
        headers: {
          ...(functionKey !== undefined && { 'x-functions-key': functionKey }),
          ...(bearer && { authorization: `Bearer ${bearer}` }),
        },
        localAddress: config.localAddress,
        deadline,
      },
    );
  }

  /** An answer of the contract, or what there was in place of it. */
  async function trySend(...sent: Parameters<typeof send>): Promise<Reply | AppError> {
    try {
      const reply = await send(...sent);
      return reply.status === 200 ? reply : refusal(reply);
    } catch (error) {
      if (isAppError(error)) return error;
      throw error;
    }
  }

  /**
   * The access to go on with: read again where the key is refused, and now and then where nothing of the app answers, or the VM is not proven: the
   * functions may have moved, or ask for another token.
   */
  async function accessAfter(outcome: Reply | AppError, held: Access, deadline: Deadline): Promise<Access> {
    if (!(outcome instanceof AppError) || outcome.code !== 'unavailable') return held;
    const isKeyRefused = outcome.cause === keyRefused;
    if (!isKeyRefused && performance.now() - doubtedAt < doubtMsMin) return held;
    doubtedAt = performance.now();
    const renewed = inTime(`the blob ${accessBlob}`, access.renew(held), deadline);
    // What went wrong first says more.
    return isKeyRefused ? await renewed : await renewed.catch(() => held);
  }

  async function call(name: string, content: object): Promise<Answer> {
    const deadline = deadlineIn(config.callMs);
    const held = await inTime(`the blob ${accessBlob}`, access.get(), deadline);
    let outcome = await trySend(held, name, content, deadline);
    const found = await accessAfter(outcome, held, deadline);
    if (found !== held) outcome = await trySend(found, name, content, deadline);
    if (outcome instanceof AppError) throw outcome;
    const read = answer.safeParse(parse(outcome.body));
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
  const { status, correlationId } = reply;
  const said = data ? ` (${data.code}) ${data.detail}` : '';
  const id = correlationId ? ` [correlation id ${correlationId}]` : '';
  const message = `the functions answered ${status}${said}${id}`;
  return new AppError(codeOf(reply.status, data?.code), message, {
    ...(status === 401 && !data && { cause: keyRefused }),
    retryAfterMs: parseRetryAfterMs(reply.retryAfter, Date.now()),
  });
}

/**
 * The host answers 401 and 404 too, without a problem document, while keys are rotated or the app is deployed. A VM that is not proven
 * may be so in a moment: it was rebuilt, or has a new address.
 */
function codeOf(status: number, ours: string | undefined): ErrorCode {
  if (status === 409) return 'lease_lost';
  if (status === 429 || status === 503) return 'throttled';
  if (ours === undefined || ours === 'not_proven' || status < 400 || status >= 500) return 'unavailable';
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
