import { spawn } from 'node:child_process';
import * as z from 'zod/mini';
import { AppError } from '../core/errors.ts';

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
 * Ends all that runs as a user, also what left its process group: it could tamper with the next file. Done by a process of that
 * very user, since then it is one call that nothing can outrun by forking (kill(2), pid -1), and that can hit nobody else.
 */
export async function endAllOf({ uid, gid }: GuestUser): Promise<void> {
  const child = spawn('/bin/sh', ['-c', 'kill -KILL -1'], { uid, gid, env: {}, cwd: '/', stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    // Exit code 1 says that nothing ran.
    child.once('exit', () => resolve());
  });
}
