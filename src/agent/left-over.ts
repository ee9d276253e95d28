import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { killTree } from './kill.ts';

/** Notes which guest program runs, so that it can be ended should the agent be killed before it. */
export function noteGuest(workFolder: string, pid: number): void {
  writeFileSync(noteIn(workFolder), `${pid} ${startOf(pid)}`);
}

/** The guest program has ended. */
export function forgetGuest(workFolder: string): void {
  rmSync(noteIn(workFolder), { force: true });
}

/**
 * Ends the guest program of an agent that was killed, with all its children. The process id alone may be another
 * program's by now. On Linux the time of its start tells; elsewhere nothing is killed unless the caller `isSure`, because
 * it has just seen the agent die.
 */
export async function killLeftOver(workFolder: string, isSure = false): Promise<void> {
  const note = await readFile(noteIn(workFolder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const [pid = 0, start = 0] = note.split(' ').map(Number);
  const isSame = process.platform === 'linux' ? start > 0 && startOf(pid) === start : isSure;
  if (pid > 0 && isSame) killTree(pid, 'SIGKILL');
  await rm(noteIn(workFolder), { force: true });
}

function noteIn(workFolder: string): string {
  return join(workFolder, 'guest.pid');
}

/** When a process started, in clock ticks since the boot (field 22 of proc_pid_stat(5)); 0 if there is no saying. */
function startOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything, blanks and parentheses too.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    // Not Linux, or the process has ended.
    return 0;
  }
}
