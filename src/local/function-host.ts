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
  child: Child;
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
export async function startLocalHost(options: HostOptions): Promise<FunctionHost> {
  const args = [
    hostFile,
    '--app',
    appFolder,
    '--settings',
    options.settingsFile,
    '--port',
    `${options.port}`,
  ];
  const child = startChild(args, options);
  const ready = once(child.process, 'message').then(([message]) => (message as { port: number }).port);
  const port = await comesUp(ready, child, options.logFile);
  return { endpoint: `http://127.0.0.1:${port}/api`, child };
}

/** Starts the real host on the built app: Azure Functions Core Tools, which must be installed (`func`). */
export async function startCoreTools(options: HostOptions): Promise<FunctionHost> {
  const port = await freePort(options.port);
  const env = { ...options.env, ...options.settings };
  const child = startProgram(
    process.platform === 'win32' ? 'func.cmd' : 'func',
    ['start', '--port', `${port}`],
    { ...options, env, cwd: appFolder },
  );
  const gone = new AbortController();
  void child.exited.then(() => gone.abort());
  await comesUp(answers(`http://127.0.0.1:${port}/`, gone.signal), child, options.logFile);
  return { endpoint: `http://127.0.0.1:${port}/api`, child };
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
