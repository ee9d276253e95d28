/**
 * This machine is in no state to run guest programs: what one of them left cannot be ended, or no process can be started. No file
 * is to blame, so none fails for it, and the next one would fare no better. It ends the agent, and no `AppError`, so that nothing
 * takes it for an answer: the lease runs out, and systemd ends all that is in the agent's control group before it starts it again.
 */
export class UnfitError extends Error {
  override name = 'UnfitError';
}

/** Whether a process could not be started because the machine, or the agent's share of it, has no room for one more. */
export function isOutOfRoom(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(code);
}
