import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AzuriteOutput, type AzuritePorts, readAzuriteOutput } from './azurite-output.ts';
import { withoutProxy } from './environment.ts';

export interface AzuriteOptions {
  /** Where it keeps its data; made if it is not there. */
  folder: string;
  /** PEM files. */
  certFile: string;
  keyFile: string;
  /** The ports of an earlier run, to restart under the same addresses; free ones otherwise. */
  ports?: AzuritePorts;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const startMsMax = 60_000;
const stopMsMax = 20_000;

/** One process of Azurite. */
export interface AzuriteProcess {
  child: ChildProcess;
  pid: number;
  ports: AzuritePorts;
  output: AzuriteOutput;
  exited: Promise<Exit>;
}

/** Starts it. Throws what it printed if it does not come up. */
export async function launchAzurite(options: AzuriteOptions): Promise<AzuriteProcess> {
  await mkdir(options.folder, { recursive: true });
  const child = spawn(process.execPath, argumentsOf(options), {
    cwd: options.folder,
    env: withoutProxy(process.env),
    // Away from the terminal's process group, and so from its Ctrl-C.
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  // `close` comes when the process is gone and its last output has been read.
  const exited = new Promise<Exit>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const output = readAzuriteOutput(child);
  await once(child, 'spawn');
  const ports = await within(
    startMsMax,
    output.listening,
    exited.then(() => undefined),
  );
  if (!ports || child.pid === undefined) {
    child.kill('SIGKILL');
    await exited;
    throw new Error(`Azurite did not start. It printed:\n${output.latest().join('\n')}`);
  }
  return { child, pid: child.pid, ports, output, exited };
}

/** Has it write its data to disk and end; resolves when it is gone. */
export async function stopAzurite({ child, output, exited }: AzuriteProcess): Promise<void> {
  // Azurite's own message: it serves on Windows too, where SIGTERM ends a process at once.
  if (child.connected) child.send('shutdown', (error) => error && output.note(String(error)));
  await within<unknown>(stopMsMax, output.flushed, exited);
  // With all on disk there is nothing to wait for but connections that clients keep open.
  child.kill('SIGKILL');
  await exited;
}

/**
 * Runs in the child before Azurite: a parent that has died cannot ask for the shutdown, so the end of the channel does.
 * What Azurite then prints into a broken pipe must not end it before its data is on disk.
 */
const shutDownWithParent = `
  process.channel.unref();
  process.once('disconnect', () => process.emit('message', 'shutdown'));
  process.stdout.on('error', () => {});
`;

function argumentsOf({ folder, certFile, keyFile, ports }: AzuriteOptions): string[] {
  const { blob, queue, table } = ports ?? { blob: 0, queue: 0, table: 0 };
  return [
    // A small one: it shares the machine with a dozen other processes.
    ...['--max-semi-space-size=1', '--single-threaded'],
    `--import=data:text/javascript,${encodeURIComponent(shutDownWithParent)}`,
    createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'),
    ...['--location', folder, '--oauth', 'basic', '--cert', certFile, '--key', keyFile],
    ...['--blobPort', `${blob}`, '--queuePort', `${queue}`, '--tablePort', `${table}`],
    ...['blob', 'queue', 'table'].flatMap((service) => [`--${service}KeepAliveTimeout`, '120']),
    ...['--skipApiVersionCheck', '--disableTelemetry'],
  ];
}

/** The first of these to be settled; undefined if none is in time. */
async function within<T>(msMax: number, ...promises: Promise<T>[]): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, msMax, undefined);
  });
  try {
    return await Promise.race([...promises, late]);
  } finally {
    clearTimeout(timer);
  }
}
