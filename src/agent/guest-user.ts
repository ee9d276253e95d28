import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { AppError } from '../core/errors.ts';
import { signalAllOf } from './guest-processes.ts';
import { UnfitError } from './unfit.ts';

/** For all of it. A process that waits for a dead disk cannot be ended by anybody. */
const endMsMax = 5000;
/** For a killer of the user's own, which the guest may hold up for ever. */
const killerMsMax = 300;

/** Node takes 32 bits with a sign; 0 is root, and root's group reads what it should not. */
const id = z.int().check(z.positive("must not be 0, root's own"), z.maximum(2 ** 31 - 1));

/** The account that the guest programs run as. It is nobody else's: what runs as it ends with the guest program. */
export const guestUser = z.strictObject({ uid: id, gid: id });
export type GuestUser = z.infer<typeof guestUser>;

/**
 * Throws `bad_input` unless this process can run a program as somebody else so that it keeps nothing of its own: only where
 * root becomes another user does the kernel take all capabilities away (capabilities(7)), and does Node drop the groups.
 */
export function mustBeRoot(uid = process.getuid?.(), platform: string = process.platform): void {
  if (platform === 'linux' && uid === 0) return;
  throw new AppError('bad_input', 'guestUser: this needs an agent that runs as root, on Linux');
}

/**
 * Ends all that runs as a user, also what left its process group: it could tamper with the next file. Resolves when nothing of it
 * is left, as seen by root twice in a row; throws `UnfitError` if that is not reached in time.
 *
 * It takes two hands, for a hostile guest can escape each of them alone. Root's, which starts no process, is harmed by nothing that
 * the guest does and works where no process can be started any more, but who forks fast enough may outrun it. The user's own is one
 * call that nothing outruns by forking, but the guest can kill or stop who makes it.
 */
export async function endAllOf(user: GuestUser, withinMs = endMsMax): Promise<void> {
  assert(user.uid > 0, 'whatever runs as root would be ended');
  const until = performance.now() + withinMs;
  for (let seenNone = 0; seenNone < 2; ) {
    // First all are halted, as far as may be: what is halted neither forks into the room that the others leave, nor kills the killer.
    signalAllOf(user.uid, 'SIGSTOP');
    const { found, missed } = signalAllOf(user.uid, 'SIGKILL');
    seenNone = found + missed === 0 ? seenNone + 1 : 0;
    if (seenNone > 0) continue;
    if (performance.now() > until)
      throw new UnfitError('what guest programs left running could not be ended');
    if (found > 0) await killAsUser(user);
    await sleep(1);
  }
}

/** Kills all of the user's in one call that the kernel makes whole (kill(2), pid -1), and that can hit nobody else. */
async function killAsUser({ uid, gid }: GuestUser): Promise<void> {
  const limits = { timeout: killerMsMax, killSignal: 'SIGKILL' } as const;
  const options = { uid, gid, env: {}, cwd: '/', stdio: 'ignore', ...limits } as const;
  try {
    await once(spawn('/bin/sh', ['-c', 'kill -KILL -1'], options), 'exit');
  } catch {
    // It could not be started. Nor does it matter how it ended: what is left, root sees for itself.
  }
}
