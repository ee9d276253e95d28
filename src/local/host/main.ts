import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Host, startHost } from './host.ts';
import { takeKeys } from './keys.ts';
import { applySettings } from './settings.ts';

/**
 * The process of the local Functions host: `node host.mjs --app FOLDER --settings FILE [--port N]`. It tells its parent when it
 * is ready, and ends with it.
 */
const usage = 'Usage: host --app FOLDER [--settings FILE] [--port N] [--scan-ms N] [--poll-ms N]';

/** How long invocations in flight may go on after the order to stop. */
const stopMsMax = 10_000;

/** What tells the parent that the host is ready. */
export interface ReadyMessage {
  ready: true;
  port: number;
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      app: { type: 'string' },
      settings: { type: 'string' },
      port: { type: 'string', default: '0' },
      'scan-ms': { type: 'string', default: '1000' },
      'poll-ms': { type: 'string', default: '1000' },
    },
  });
  const numbers = [values.port, values['scan-ms'], values['poll-ms']].map(Number);
  if (values.app === undefined || !numbers.every((number) => Number.isInteger(number) && number >= 0))
    throw new Error(usage);
  const [port = 0, scanMs = 0, pollMsMax = 0] = numbers;
  return {
    folder: resolve(values.app),
    settings: values.settings,
    port,
    intervals: { scanMs, pollMsMin: 100, pollMsMax },
  };
}

async function start(): Promise<Host> {
  const { folder, settings, port, intervals } = readArguments();
  if (settings !== undefined) await applySettings(settings, process.env);
  const host = await startHost({
    folder,
    keys: takeKeys(process.env),
    port,
    intervals,
    print: (line) => console.log(line),
    onTimeout: (functionName) => end(1, `${functionName} ran longer than functionTimeout allows`),
  });
  console.log(`Functions host: ${host.functionNames.length} functions, ${host.url}`);
  process.send?.({ ready: true, port: host.port } satisfies ReadyMessage);
  return host;
}

/** Ends the process, like the real host its worker: the app may hold handles that would keep it alive. */
function end(code: number, message?: string): never {
  if (message !== undefined) console.error(`Functions host: ${message}`);
  process.exit(code);
}

/** Stops the host, which may still be starting, and ends the process, whether or not that came to an end in time. */
async function stop(): Promise<void> {
  const stopping = starting.then((host) => host.stop());
  const isStopped = await Promise.race([stopping.then(() => true), sleep(stopMsMax, false)]);
  end(isStopped ? 0 : 1, isStopped ? undefined : 'ended with work in flight');
}

/** A programming error with its stack, anything else as the one message that it is. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isProgrammingError = [TypeError, ReferenceError, SyntaxError].some((type) => error instanceof type);
  return (isProgrammingError && error.stack) || error.message;
}

const starting = start().catch((error) => end(1, describe(error)));
let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'])
  process.on(signal, async () => {
    if (isStopping) return;
    isStopping = true;
    // With the parent gone, nobody reads what is printed.
    if (signal === 'disconnect')
      for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    await stop();
  });
