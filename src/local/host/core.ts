import { Module } from 'node:module';
import type { FunctionMetadata, Handler, ProgrammingModel, RpcLevel } from './rpc.ts';

export type HookName = 'preInvocation' | 'postInvocation' | 'appStart' | 'appTerminate';
export type Hook = (context: object) => unknown;

export interface RegisteredFunction {
  metadata: FunctionMetadata;
  handler: Handler;
}

/** What an app has told the host of itself while it was loaded. */
export interface Registrations {
  functions: Map<string, RegisteredFunction>;
  hooks: Record<HookName, Hook[]>;
  /** What all hooks share. */
  appHookData: object;
  /** The library that the app was written with; undefined until it introduced itself. */
  model: ProgrammingModel | undefined;
  /** Set when loading has ended: a later registration throws, as in the real worker. */
  locked: boolean;
}

/** What is undone by `dispose`. */
class Disposable {
  #undo: (() => void) | undefined;

  constructor(undo: () => void) {
    this.#undo = undo;
  }

  static from(...disposables: { dispose(): void }[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  dispose(): void {
    this.#undo?.();
    this.#undo = undefined;
  }
}

export function noRegistrations(): Registrations {
  return {
    functions: new Map(),
    hooks: { preInvocation: [], postInvocation: [], appStart: [], appTerminate: [] },
    appHookData: {},
    model: undefined,
    locked: false,
  };
}

/**
 * Makes `require('@azure/functions-core')` work in this process, as the real worker does: that module is no package, and
 * without it the Functions library would turn itself into a test mode that registers nothing.
 */
export function provideCore(
  registrations: Registrations,
  log: (level: RpcLevel, message: string) => void,
): void {
  const core = makeCore(registrations, log);
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (require, module, [id]: [string]) =>
      id === '@azure/functions-core' ? core : Reflect.apply(require, module, [id]),
  });
}

/** The module's exports, as `setupCoreModule.ts` of azure-functions-nodejs-worker lists them. */
function makeCore(registrations: Registrations, log: (level: RpcLevel, message: string) => void) {
  return {
    version: '3.9.1',
    hostVersion: '4.1037.0',
    Disposable,
    setProgrammingModel(model: ProgrammingModel) {
      registrations.model = model;
    },
    getProgrammingModel: () => registrations.model,
    registerFunction: (metadata: FunctionMetadata, handler: Handler) =>
      registerFunction(registrations, metadata, handler),
    registerHook: (name: string, hook: Hook) => registerHook(registrations, name, hook),
    log: (level: RpcLevel, _category: string, message: string) => log(level, message),
  };
}

function registerFunction(
  registrations: Registrations,
  metadata: FunctionMetadata,
  handler: Handler,
): Disposable {
  if (registrations.locked) throw new Error('A function can only be registered during app startup.');
  const id = metadata.functionId ?? metadata.name;
  if (registrations.functions.has(id))
    throw new Error(`A function with id "${id}" has already been registered.`);
  registrations.functions.set(id, { metadata, handler });
  return new Disposable(() => {
    if (registrations.locked) throw new Error('A function can only be disposed during app startup.');
    registrations.functions.delete(id);
  });
}

function registerHook(registrations: Registrations, name: string, hook: Hook): Disposable {
  if (!(name in registrations.hooks)) throw new RangeError(`Unrecognized hook "${name}"`);
  const hooks = registrations.hooks[name as HookName];
  hooks.push(hook);
  return new Disposable(() => {
    const index = hooks.indexOf(hook);
    if (index >= 0) hooks.splice(index, 1);
  });
}

/** Runs hooks in the order of their registration, each on the same context; one that throws ends what it hooks into. */
export async function runHooks(hooks: readonly Hook[], context: object): Promise<void> {
  for (const hook of hooks) await hook(context);
}
