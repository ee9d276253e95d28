import { readdirSync, readFileSync } from 'node:fs';

/** What a look at all processes has found. */
export interface Sweep {
  /** Processes of the user. */
  found: number;
  /** Processes that ended between being listed and being looked at: whose they were, and what they started last, is not known. */
  missed: number;
}

/** Sends a signal to all processes of a user that are found one after the other. One that forks meanwhile may slip through. */
export function signalAllOf(uid: number, signal: NodeJS.Signals): Sweep {
  const sweep = { found: 0, missed: 0 };
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const status = statusOf(pid);
    if (status === undefined) sweep.missed++;
    else if (isOf(uid, status)) {
      sweep.found++;
      // At once: the longer ago it was looked at, the likelier is the number another's.
      send(Number(pid), signal);
    }
  }
  return sweep;
}

/**
 * Whether a process with this `status` (proc_pid_status(5)) runs as the user: by any of its four ids, for a set-user-ID program
 * that it starts keeps one of them. A dead process that was not waited for does not run, but one whose first thread alone is dead does.
 */
export function isOf(uid: number, status: string): boolean {
  const ids = /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number) ?? [];
  const isDead = /^State:\s+[ZX]/m.test(status) && !(Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1]) > 1);
  return ids.includes(uid) && !isDead;
}

/** The `status` of a process; undefined if it has ended. */
export function statusOf(pid: number | string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
