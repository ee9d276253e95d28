import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Console, openConsole } from './console.ts';
import type { GuestUser } from './guest-user.ts';
import { killGroup, killTree } from './kill.ts';
import { isOutOfRoom, UnfitError } from './unfit.ts';
import type { GuestEnd, GuestRun } from './world.ts';

/** From the request to end to the end by force; the agent itself has 5 s after its own SIGTERM. */
const graceMs = 1500;
/** For output that is still on its way when the program has ended. */
const drainMs = 2000;

/** A run, and as whom: as the agent itself if not given. */
export interface RunAs extends Omit<GuestRun, 'folder'> {
  user?: GuestUser | undefined;
}

/**
 * Runs a guest program to its end: no shell, nothing to read on standard input, a process group of its own. What it
 * leaves running is ended with it. When the signal fires the whole tree is asked to end, then killed.
 *
 * `onStart` gets the process id before anything else is waited for, so that a later process of the agent can end what
 * a killed one left behind. Throws `UnfitError` where the machine has no room for the process.
 */
export async function runGuest(
  run: RunAs,
  consolePath: string,
  onStart: (pid: number) => void,
  signal: AbortSignal,
): Promise<GuestEnd> {
  const console = openConsole(consolePath, run.console);
  const { reason: ended, exitCode } = await start(run, console, onStart, signal).catch(
    async (error: Error): Promise<Ended> => {
      if (!isOutOfRoom(error)) return { reason: `could not run: ${error.message}` };
      await console.close().catch(() => undefined);
      throw new UnfitError(`could not run: ${error.message}`, { cause: error });
    },
  );
  const unkept = await console.close().then(
    () => '',
    (error: Error) => `\n(console not kept: ${error.message})`,
  );
  const reason = ended === '' && !(await isFile(run.output)) ? 'wrote no output file' : ended;
  const tail = console.tail() + unkept;
  return { ok: reason === '', reason, tail, ...(exitCode !== undefined && { exitCode }) };
}

/** Why the program failed, '' if it did not, and its exit code where that says so. */
type Ended = Pick<GuestEnd, 'reason' | 'exitCode'>;

/** Resolves with how the program ended. Rejects if it could not be started. */
async function start(
  run: RunAs,
  console: Console,
  onStart: (pid: number) => void,
  signal: AbortSignal,
): Promise<Ended> {
  if (signal.aborted) return { reason: 'not started' };
  const [program = '', ...args] = run.command;
  const child = spawn(program, args, {
    cwd: run.workingFolder,
    env: run.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    ...run.user,
    windowsHide: true,
  });
  const { pid } = child;
  if (pid === undefined) return await new Promise((_, reject) => child.once('error', reject));
  try {
    onStart(pid);
  } catch (error) {
    killTree(pid, 'SIGKILL');
    throw error;
  }
  child.stdout.pipe(console.stream, { end: false });
  child.stderr.pipe(console.stream, { end: false });

  const exited = new Promise<Ended>((resolve) =>
    child.once('exit', (code, by) => resolve(describe(code, by))),
  );
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    killTree(pid, 'SIGTERM');
    force = setTimeout(() => killTree(pid, 'SIGKILL'), graceMs);
  };
  signal.addEventListener('abort', end, { once: true });
  const how = await exited;
  signal.removeEventListener('abort', end);
  clearTimeout(force);
  killGroup(pid, 'SIGKILL');
  await drain(child, closed);
  return how;
}

function describe(code: number | null, by: NodeJS.Signals | null): Ended {
  if (code === 0) return { reason: '' };
  return code === null ? { reason: `ended by ${by}` } : { reason: `exit code ${code}`, exitCode: code };
}

/** Waits for what was printed last, but not for ever: a process that left the group may hold the pipes open. */
async function drain(child: ChildProcess, closed: Promise<void>): Promise<void> {
  const late = new AbortController();
  await Promise.race([closed, sleep(drainMs, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
