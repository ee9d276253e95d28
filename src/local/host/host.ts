import { join } from 'node:path';
import { noRegistrations, provideCore, runHooks } from './core.ts';
import { readHostJson } from './host-json.ts';
import { startHttp } from './http.ts';
import { type Invoke, makeInvoker } from './invoke.ts';
import type { Keys } from './keys.ts';
import { loadApp } from './load.ts';
import { makeLog } from './log.ts';
import type { Running } from './poll.ts';
import { parseSchedule } from './schedule.ts';
import { type Intervals, openStorage, type StorageTriggers } from './storage.ts';
import { startTimer } from './timer.ts';
import { type LoadedFunction, readFunctions } from './trigger.ts';

export interface HostOptions {
  /** Where package.json and host.json of the function app are. */
  folder: string;
  keys: Keys;
  /** Wanted for HTTP; a free one is taken if this one is not. */
  port: number;
  intervals: Intervals;
  print(line: string): void;
  /** Called when a function runs too long; the process should end. */
  onTimeout(functionName: string): void;
}

export interface Host {
  /** Where the HTTP functions are, without a slash at the end. */
  url: string;
  port: number;
  functionNames: string[];
  /** Begins nothing more, and resolves when what was begun has ended. */
  stop(): Promise<void>;
}

/**
 * Loads a function app into this process and runs its functions: the part of the real Functions host that Rouse needs. One
 * per process. The order is the real one: all is registered and understood before the port opens, then the triggers start.
 *
 * Throws what is wrong with the app, its host.json or its settings; nothing runs then.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const hostJson = await readHostJson(join(options.folder, 'host.json'));
  const log = makeLog(hostJson.logLevels, options.print);
  const registrations = noRegistrations();
  provideCore(registrations, (level, message) => log('Host', level, message));
  const app = await loadApp(options.folder, registrations);
  const functions = readFunctions(app.functions.values(), process.env);
  const invoker = makeInvoker({
    app,
    log,
    timeoutMs: hostJson.functionTimeoutMs,
    onTimeout: options.onTimeout,
  });
  const { invoke } = invoker;
  const storage = openStorage({ hostJson, env: process.env, intervals: options.intervals, invoke, log });
  const starts = functions.flatMap((called) => prepare(called, storage, invoke));
  const { keys, port } = options;
  const http = await startHttp({ functions, routePrefix: hostJson.routePrefix, keys, port, invoke, log });
  const running = starts.map((start) => start());
  return {
    url: `http://127.0.0.1:${http.port}${hostJson.routePrefix && `/${hostJson.routePrefix}`}`,
    port: http.port,
    functionNames: functions.map((called) => called.name),
    async stop() {
      await Promise.all([http.stop(), ...running.map((one) => one.stop())]);
      await invoker.idle();
      await runHooks(app.hooks.appTerminate, { hookData: {}, appHookData: app.appHookData });
    },
  };
}

/** What starts a function's trigger; nothing for HTTP, whose functions share one front. */
function prepare(called: LoadedFunction, storage: StorageTriggers, invoke: Invoke): (() => Running)[] {
  const { trigger } = called;
  switch (trigger.type) {
    case 'http':
      return [];
    case 'timer': {
      const schedule = parseSchedule(trigger.schedule);
      return [() => startTimer(called, trigger, schedule, invoke)];
    }
    case 'blob':
      return [storage.blob(called, trigger)];
    case 'queue':
      return [storage.queue(called, trigger)];
  }
}
