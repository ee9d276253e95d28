import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AppError } from '../core/errors.ts';
import { isOf, statusOf } from './guest-processes.ts';
import type { GuestUser } from './guest-user.ts';
import { isOutOfRoom, UnfitError } from './unfit.ts';

/** A TCP address. */
export interface Address {
  host: string;
  port: number;
}

/**
 * Where whatever runs on a VM gets its tokens (IMDS); nothing answers there outside a cloud. Undefined where the agent has its tokens
 * from an endpoint that wants a secret with each question, which guest programs do not have: in the world in a box.
 */
export function identityIn({ IDENTITY_ENDPOINT, IDENTITY_HEADER }: NodeJS.ProcessEnv): Address | undefined {
  return IDENTITY_ENDPOINT && IDENTITY_HEADER ? undefined : { host: '169.254.169.254', port: 80 };
}

/** It answers from the machine below within milliseconds, if at all. */
const answerMsMax = 1000;
/** With the start of Node, on a machine that has just booted. */
const probeMsMax = 10_000;

/** A connection is enough: there is no need to ask what the guest must not have. */
const probe = `const [host, port, ms] = process.argv.slice(1);
  const end = (code) => process.exit(code);
  require('net').connect(port, host).on('connect', () => end(10)).on('error', () => end(11));
  setTimeout(end, ms, 11);`;

/**
 * Throws `bad_input` if guest programs can reach where the VM's tokens come from, tried as their user: so a firewall that is not
 * loaded, or knows the user by another number, is found out before a file is asked for. Also if root does not see what runs as
 * that user, for then it could not end it.
 */
export async function mustBeFencedIn({ uid, gid }: GuestUser, address: Address): Promise<void> {
  const args = ['-e', probe, address.host, String(address.port), String(answerMsMax)];
  const limits = { timeout: probeMsMax, killSignal: 'SIGKILL' } as const;
  const child = spawn(process.execPath, args, { uid, gid, env: {}, cwd: '/', stdio: 'ignore', ...limits });
  const isSeen = isOf(uid, (child.pid && statusOf(child.pid)) || '');
  const [code] = await once(child, 'exit').catch((error: unknown) => {
    if (isOutOfRoom(error)) throw new UnfitError('no process could be started', { cause: error });
    throw new AppError(
      'bad_input',
      'guestUser: this account cannot run Node, by which its firewall is tried',
      {
        cause: error,
      },
    );
  });
  if (code === 10)
    throw new AppError(
      'bad_input',
      `guestUser: this account reaches the VM's identity at ${address.host}: load infra/vm/guest-firewall.nft, with its uid`,
    );
  if (code !== 11)
    throw new AppError('bad_input', 'guestUser: whether its firewall is loaded could not be found out');
  if (!isSeen)
    throw new AppError(
      'bad_input',
      'guestUser: /proc does not show what runs as it (hidepid), so it could not be ended',
    );
}
