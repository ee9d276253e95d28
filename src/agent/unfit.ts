/**
 * This machine is in no state to run guest programs: what one of them left cannot be ended, or no process can be started. No file
 * is to blame, so none fails for it, and the next one would fare no better. It ends the agent, and no `AppError`, so that nothing
 * takes it for an answer: the lease runs out, and systemd ends all that is in the agent's control group before it starts it again.
 */
export class UnfitError extends Error {
  override name = 'UnfitError';
}

/** Waits for what has nothing to do with the file that is worked: if it fails, the machine is at fault. A full disk is the common case. */
export async function ofMachine<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    throw new UnfitError(`no folder could be made for a run: ${(cause as Error).message}`, { cause });
  }
}

/** Whether a process could not be started because the machine, or the agent's share of it, has no room for one more. */
export function isOutOfRoom(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(code);
}
