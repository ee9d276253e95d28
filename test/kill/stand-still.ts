import { setTimeout as sleep } from 'node:timers/promises';

/** Processes that stand still now. */
const still = new Set<number>();
// One that stands still would not even end with its parent.
process.once('exit', () => {
  for (const pid of still) signal(pid, 'SIGCONT');
});

/** Stops a process, and lets it go on after a while, or at once when the signal fires. */
export async function standStill(pid: number, ms: number, over: AbortSignal): Promise<void> {
  still.add(pid);
  signal(pid, 'SIGSTOP');
  await sleep(ms, undefined, { signal: over }).catch(() => {});
  signal(pid, 'SIGCONT');
  still.delete(pid);
}

/** Sends a signal, unless the process has gone meanwhile. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
