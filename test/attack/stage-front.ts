import { noRegistrations, provideCore } from '../../src/local/host/core.ts';
import { type HttpFront, startHttp } from '../../src/local/host/http.ts';
import { makeInvoker } from '../../src/local/host/invoke.ts';
import type { Log } from '../../src/local/host/log.ts';
import { readFunctions } from '../../src/local/host/trigger.ts';
import type { Keys } from './attack.ts';

/** Registers the doors with the host of the world in a box, and opens its HTTP front on a free port. */
export async function openFront(keys: Keys, log: Log): Promise<HttpFront> {
  const registrations = noRegistrations();
  provideCore(registrations, (level, message) => log('Host', level, message));
  // Not before: the library looks for its host when it is loaded.
  await import('../../src/functions/funcHttpVMStop.ts');
  await import('../../src/functions/funcHttpVMNext.ts');
  await import('../../src/functions/funcHttpJob.ts');
  registrations.locked = true;
  const { model } = registrations;
  if (!model) throw new Error('the doors registered nothing');
  const functions = readFunctions(registrations.functions.values(), {});
  const onTimeout = (name: string) => {
    throw new Error(`${name} runs for ever`);
  };
  const { invoke } = makeInvoker({ app: { ...registrations, model }, log, timeoutMs: 60_000, onTimeout });
  const hostKeys = { funcHttpVMStop: keys.vm, funcHttpVMNext: keys.vm, funcHttpJob: keys.operator };
  return startHttp({ functions, routePrefix: 'api', keys: hostKeys, port: 0, invoke, log });
}
