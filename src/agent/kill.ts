import { spawn } from 'node:child_process';

/**
 * Ends a process with all that it started; it is fine if that is gone already. Windows knows only the end by force, and
 * only while the process itself still runs: `taskkill` is all that walks a process tree there.
 */
export function killTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform !== 'win32') {
    killGroup(pid, signal);
    return;
  }
  spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
    'error',
    () => kill(pid, signal),
  );
}

/** Ends what is left of a process group, also after its first process; Windows has no such groups. */
export function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform !== 'win32') kill(-pid, signal);
}

function kill(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    // macOS says EPERM for a group that has nothing but zombies.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
