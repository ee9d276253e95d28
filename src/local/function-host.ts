import { once } from 'node:events';
import { builtPath } from './built.ts';
import { type Child, startChild, startProgram } from './child.ts';
import { freePort } from './free-port.ts';
import { pause } from './pause.ts';

const hostFile = builtPath('local/host.mjs');
const appFolder = builtPath('app');
const readyMsMax = 120_000;

/** A running Functions host. */
export interface FunctionHost {
  /** Base of the HTTP functions. */
  endpoint: string;
  /** The process that runs, or ran last. */
  readonly child: Child;
  /** Starts it again, once it has ended, at the same endpoint. Throws if it does not come up there. */
  restart(): Promise<void>;
}

export interface HostOptions {
  /** Like local.settings.json. */
  settingsFile: string;
  settings: Record<string, string>;
  /** The port that is wanted; a free one if it is taken. */
  port: number;
  env: NodeJS.ProcessEnv;
  logFile: string;
}

/** Starts our own Functions host on the built app. Throws if it does not come up, and says where its output is. */
export function startLocalHost(options: HostOptions): Promise<FunctionHost> {
  return startOn(options.port, async (wanted) => {
    const { settingsFile } = options;
    const args = [hostFile, '--app', appFolder, '--settings', settingsFile, '--port', `${wanted}`];
    const child = startChild(args, options);
    const ready = once(child.process, 'message').then(([message]) => (message as { port: number }).port);
    return { child, port: await comesUp(ready, child, options.logFile) };
  });
}

/** Starts the real host on the built app: Azure Functions Core Tools, which must be installed (`func`). */
export function startCoreTools(options: HostOptions): Promise<FunctionHost> {
  return startOn(options.port, async (wanted) => {
    const port = await freePort(wanted);
    const env = { ...options.env, ...options.settings };
    const program = process.platform === 'win32' ? 'func.cmd' : 'func';
    const child = startProgram(program, ['start', '--port', `${port}`], { ...options, env, cwd: appFolder });
    const gone = new AbortController();
    void child.exited.then(() => gone.abort());
    await comesUp(answers(`http://127.0.0.1:${port}/`, gone.signal), child, options.logFile);
    return { child, port };
  });
}

/** Launches a host on the port that is wanted, or a free one; and later again on the one that it had. */
async function startOn(
  wanted: number,
  launch: (port: number) => Promise<{ child: Child; port: number }>,
): Promise<FunctionHost> {
  const { port, ...first } = await launch(wanted);
  let { child } = first;
  return {
    endpoint: `http://127.0.0.1:${port}/api`,
    get child() {
      return child;
    },
    async restart() {
      const next = await launch(port);
      if (next.port !== port) {
        await next.child.stop();
        throw new Error(`port ${port} of the Functions host is another program's by now`);
      }
      child = next.child;
    },
  };
}

async function comesUp<T>(ready: Promise<T>, child: Child, logFile: string): Promise<T> {
  const timer = setTimeout(child.kill, readyMsMax);
  const gone = child.exited.then((how) => {
    throw new Error(`the Functions host did not come up (${how}); what it printed is in ${logFile}`);
  });
  return Promise.race([ready, gone]).finally(() => clearTimeout(timer));
}

/** Resolves when something answers HTTP there, whatever it says, or when the signal fires. */
async function answers(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answered = await fetch(url, { signal: AbortSignal.timeout(1000) }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await pause(250, signal);
  }
}
