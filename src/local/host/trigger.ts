import type { RegisteredFunction } from './core.ts';
import type { AuthLevel } from './keys.ts';
import { resolveNames } from './names.ts';
import type { Binding } from './rpc.ts';

/** A registered function, its trigger understood and all settings in it resolved. */
export interface LoadedFunction extends RegisteredFunction {
  name: string;
  /** Of the trigger's binding. */
  bindingName: string;
  trigger: Trigger;
}

export type Trigger = HttpTrigger | TimerTrigger | BlobTrigger | QueueTrigger;

export interface HttpTrigger {
  type: 'http';
  /** Upper case; empty = all. */
  methods: string[];
  authLevel: AuthLevel;
  route: string;
}

export interface TimerTrigger {
  type: 'timer';
  schedule: string;
  runOnStartup: boolean;
  useMonitor: boolean;
}

export interface BlobTrigger {
  type: 'blob';
  /** `{container}/{pattern of the name}`. */
  path: string;
  connection: string;
  /** The function gets a reference to the blob instead of its content. */
  byReference: boolean;
}

export interface QueueTrigger {
  type: 'queue';
  queueName: string;
  connection: string;
}

/** The account of a trigger that names no connection. */
const defaultConnection = 'AzureWebJobsStorage';

/**
 * Understands what the functions have registered. Throws one error that names everything that this host does not offer and
 * every setting that is missing.
 */
export function readFunctions(
  registered: Iterable<RegisteredFunction>,
  env: NodeJS.ProcessEnv,
): LoadedFunction[] {
  const problems: string[] = [];
  const functions: LoadedFunction[] = [];
  for (const one of registered) {
    try {
      functions.push(readFunction(one, env));
    } catch (error) {
      problems.push(`${one.metadata.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return functions;
}

function readFunction(registered: RegisteredFunction, env: NodeJS.ProcessEnv): LoadedFunction {
  const { name, bindings, retryOptions } = registered.metadata;
  if (retryOptions) throw new Error('retry options are not offered by this host');
  const read = Object.entries(bindings).flatMap(([bindingName, binding]) => {
    // The one output that every HTTP function has; its reply.
    if (binding.type === 'http' && binding.direction === 'out') return [];
    return [{ bindingName, trigger: readTrigger(name, binding, env) }];
  });
  const [first] = read;
  if (!first) throw new Error('a function must have a trigger');
  return { ...registered, name, ...first };
}

function readTrigger(functionName: string, binding: Binding, env: NodeJS.ProcessEnv): Trigger {
  const text = (option: string, fallback?: string): string => {
    const value = binding[option] ?? fallback;
    if (typeof value !== 'string') throw new Error(`${option} of the ${binding.type} is missing`);
    return resolveNames(value, env);
  };
  switch (binding.type) {
    case 'httpTrigger':
      return {
        type: 'http',
        methods: Array.isArray(binding.methods)
          ? binding.methods.map((one) => String(one).toUpperCase())
          : [],
        authLevel: readAuthLevel(text('authLevel', 'function')),
        route: text('route', functionName),
      };
    case 'timerTrigger':
      return {
        type: 'timer',
        schedule: text('schedule'),
        runOnStartup: binding.runOnStartup === true,
        useMonitor: binding.useMonitor !== false,
      };
    case 'blobTrigger':
      if (text('source', 'LogsAndContainerScan') === 'EventGrid')
        throw new Error('no events of Event Grid come here: set its source to LogsAndContainerScan');
      return {
        type: 'blob',
        path: text('path'),
        connection: text('connection', defaultConnection),
        byReference: binding.properties?.supportsDeferredBinding === 'true',
      };
    case 'queueTrigger':
      return {
        type: 'queue',
        queueName: text('queueName'),
        connection: text('connection', defaultConnection),
      };
    default:
      throw new Error(`the binding ${binding.type} is not offered by this host`);
  }
}

function readAuthLevel(text: string): AuthLevel {
  if (text === 'anonymous' || text === 'function' || text === 'admin') return text;
  throw new Error(`the auth level ${text} is unknown`);
}
