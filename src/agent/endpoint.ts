import * as z from 'zod/mini';
import { parseRetryAfterMs } from '../azure/errors.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
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

/** How the agent gets in: what it was told, and the token of the VM's identity for an audience. */
export interface Entrance {
  access: HeldAccess;
  token(audience: string): Promise<string>;
}

/**
 * The functions as the agent sees them. Every call throws an `AppError` by what was answered: `lease_lost` for 409,
 * `throttled` for 429 and 503 with its `retryAfterMs`, `bad_input` or `not_in_pool` where the app itself refuses, and
 * `unavailable` for all that is not an answer of the app, such as the host's 404 while it starts. 401 is the host's answer to a
 * key that is no longer good: the access is read again, and with another one the call is made once more.
 */
export function connectEndpoint(
  config: Pick<AgentConfig, 'localAddress' | 'callMs' | 'vmName'>,
  { access, token }: Entrance,
): Pick<AgentWorld, 'next' | 'renew' | 'release' | 'finish'> {
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

  async function call(name: string, content: object): Promise<Answer> {
    const deadline = deadlineIn(config.callMs);
    const held = await inTime(`the blob ${accessBlob}`, access.get(), deadline);
    let reply = await send(held, name, content, deadline);
    if (reply.status === 401) {
      const found = await inTime(`the blob ${accessBlob}`, access.renew(held), deadline);
      if (found !== held) reply = await send(found, name, content, deadline);
    }
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
  const { status, correlationId } = reply;
  const said = data ? ` (${data.code}) ${data.detail}` : '';
  const id = correlationId ? ` [correlation id ${correlationId}]` : '';
  const message = `the functions answered ${status}${said}${id}`;
  return new AppError(codeOf(reply.status, data?.code), message, {
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
