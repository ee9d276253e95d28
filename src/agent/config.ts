import { resolve } from 'node:path';
import type * as z from 'zod/mini';
import { AppError } from '../core/errors.ts';
import { configFile, withEnvironment } from './config-file.ts';
import { describeIssue, sayIssue } from './describe-issue.ts';
import type { guestConfig } from './guest-config.ts';
import { guestEnvironment } from './guest-environment.ts';
import type { GuestUser } from './guest-user.ts';
import type { Guest, Plan } from './plan.ts';

/** Everything that one VM's agent is told, by its configuration file and its environment. */
export interface AgentConfig extends Plan {
  /** Source address of the calls to the functions; undefined = the system's choice. */
  localAddress: string | undefined;
  storage: z.infer<typeof configFile>['storage'];
  /** Absolute. */
  workFolder: string;
  /** How long one call to the functions may take, with all that has to be got for it. */
  callMs: number;
  /** As whom the guest programs run; undefined = as the agent itself. */
  guestUser: GuestUser | undefined;
}

const trustsAnybody =
  'NODE_TLS_REJECT_UNAUTHORIZED: must not be 0, or keys and tokens go to whoever answers; for an authority of your own set NODE_EXTRA_CA_CERTS';

/**
 * Reads the configuration: the JSON text of the file, and the environment over it. Paths in it count from `folder`.
 * Throws `bad_input` with every problem, one a line, by the names of settings and never with a value.
 */
export function readConfig(text: string, folder: string, environment: NodeJS.ProcessEnv): AgentConfig {
  const given = withEnvironment(parse(text), environment);
  const result = configFile.safeParse(given, { error: sayIssue });
  const problems = [
    ...(result.error?.issues.map((issue) => describeIssue(issue, 'the configuration')) ?? []),
    ...(environment.NODE_TLS_REJECT_UNAUTHORIZED === '0' ? [trustsAnybody] : []),
  ];
  if (!result.success || problems.length > 0) throw new AppError('bad_input', problems.join('\n'));

  const { peekSeconds, askSeconds, renewSeconds, callSeconds, default: other, ...read } = result.data;
  const toGuest = ({ timeLimitSeconds, ...guest }: z.infer<typeof guestConfig>): Guest => ({
    ...guest,
    workingFolder: guest.workingFolder === undefined ? undefined : resolve(folder, guest.workingFolder),
    timeLimitMs: timeLimitSeconds === undefined ? undefined : timeLimitSeconds * 1000,
    environment: guestEnvironment(guest.environment, environment),
    next: guest.next,
  });
  return {
    ...read,
    localAddress: read.localAddress,
    guestUser: read.guestUser,
    workFolder: resolve(folder, read.workFolder),
    guests: new Map(Object.entries(read.guests).map(([action, guest]) => [action, toGuest(guest)])),
    otherGuest: other && toGuest(other),
    peekMs: peekSeconds * 1000,
    askMs: askSeconds * 1000,
    renewMs: renewSeconds * 1000,
    callMs: callSeconds * 1000,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('bad_input', 'the configuration file is not JSON', { cause: error });
  }
}
