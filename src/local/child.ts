import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { withoutProxy } from './environment.ts';

/** A child process of the world. */
export interface Child {
  pid: number;
  process: ChildProcess;
  /** Resolves when it is gone, with what it ended by. */
  exited: Promise<string>;
  /** Asks it to end, and ends it after a while; resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): void;
}

const stopMsMax = 10_000;

/** Loaded into a child before its program: the child is told to end when its parent has gone, however that ended. */
const endsWithParent = `data:text/javascript,${encodeURIComponent("process.channel?.unref(); process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));")}`;

/** A dozen Node processes share this machine: none of them needs a large young generation, or threads for its collector. */
const smallNode = ['--max-semi-space-size=1', '--single-threaded'];

export interface ChildOptions {
  env: NodeJS.ProcessEnv;
  /** Gets what it prints. */
  logFile: string;
  cwd?: string;
}

/** Starts a Node program as a child that ends with this process, however that ends. */
export function startChild(args: readonly string[], options: ChildOptions): Child {
  return startProgram(process.execPath, [...smallNode, `--import=${endsWithParent}`, ...args], options, [
    'ipc',
  ]);
}

/** Starts a program as a child. It gets no proxy variables: they would catch loopback calls. */
export function startProgram(
  program: string,
  args: readonly string[],
  options: ChildOptions,
  channel: readonly 'ipc'[] = [],
): Child {
  const log = openSync(options.logFile, 'a');
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: withoutProxy(options.env),
    // Away from the terminal's process group: a Ctrl-C reaches the world, which ends its children in order.
    detached: true,
    windowsHide: true,
    // Windows starts a .cmd by its shell only.
    shell: program.endsWith('.cmd'),
    stdio: ['ignore', log, log, ...channel],
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? `${program} is not installed, or not on the path` : error.message),
    );
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return {
    pid: child.pid ?? 0,
    process: child,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
      await exited;
      clearTimeout(timer);
    },
    kill: () => child.kill('SIGKILL'),
  };
}
