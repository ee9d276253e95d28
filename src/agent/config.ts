import { resolve } from 'node:path';
import type * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { AppError } from '../core/errors.ts';
import { configFile, withEnvironment } from './config-file.ts';
import type { guestConfig } from './guest-config.ts';
import { guestEnvironment } from './guest-environment.ts';
import type { Guest, Plan } from './plan.ts';

/** Everything that one VM's agent is told, by its configuration file and its environment. */
export interface AgentConfig extends Plan {
  /** Base of the functions, such as `https://pool.example/api`. */
  endpoint: string;
  functionKey: string | undefined;
  /** Source address of the calls to the functions; undefined = the system's choice. */
  localAddress: string | undefined;
  storage: z.infer<typeof configFile>['storage'];
  /** Absolute. */
  workFolder: string;
  /** How long one call to the functions may take. */
  callMs: number;
}

/**
 * Reads the configuration: the JSON text of the file, and the environment over it. Paths in it count from `folder`.
 * Throws `bad_input` with every problem, one a line, by the names of settings and never with a value.
 */
export function readConfig(text: string, folder: string, environment: NodeJS.ProcessEnv): AgentConfig {
  const given = withEnvironment(parse(text), environment);
  const { localeError } = english();
  const result = configFile.safeParse(given, {
    error: (issue) => (issue.input === undefined ? 'is missing' : localeError(issue)),
  });
  if (!result.success) throw new AppError('bad_input', result.error.issues.map(describe).join('\n'));

  const { peekSeconds, askSeconds, renewSeconds, callSeconds, default: other, ...read } = result.data;
  const toGuest = ({ timeLimitSeconds, ...guest }: z.infer<typeof guestConfig>): Guest => ({
    ...guest,
    workingFolder: guest.workingFolder === undefined ? undefined : resolve(folder, guest.workingFolder),
    timeLimitMs: timeLimitSeconds === undefined ? undefined : timeLimitSeconds * 1000,
    environment: guestEnvironment(guest.environment, environment),
    next: guest.next,
  });
  return {
    ...read,
    functionKey: read.functionKey,
    localAddress: read.localAddress,
    endpoint: read.endpoint.replace(/\/+$/, ''),
    workFolder: resolve(folder, read.workFolder),
    guests: new Map(Object.entries(read.guests).map(([action, guest]) => [action, toGuest(guest)])),
    otherGuest: other && toGuest(other),
    peekMs: peekSeconds * 1000,
    askMs: askSeconds * 1000,
    renewMs: renewSeconds * 1000,
    callMs: callSeconds * 1000,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('bad_input', 'the configuration file is not JSON', { cause: error });
  }
}

function describe(issue: z.core.$ZodIssue): string {
  const where = issue.path.length > 0 ? issue.path.join('.') : 'the configuration';
  const why = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message;
  // A name may have a line break in it, or what a terminal obeys.
  return `${where}: ${why}`.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => encodeURIComponent(character));
}
