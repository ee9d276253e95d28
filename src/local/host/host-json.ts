import { availableParallelism } from 'node:os';
import * as z from 'zod/mini';
import { readJsonFile } from './json-file.ts';
import { type Level, levels } from './log.ts';

/** What this host obeys of `host.json`; times in ms, with the defaults of the real host. */
export interface HostJson {
  routePrefix: string;
  queues: QueueOptions;
  blobs: { maxDegreeOfParallelism: number; poisonBlobThreshold: number };
  /** How long a function may run; undefined = for ever. */
  functionTimeoutMs: number | undefined;
  /** By lower-case log category. */
  logLevels: Record<string, Level>;
}

export interface QueueOptions {
  batchSize: number;
  newBatchThreshold: number;
  maxDequeueCount: number;
  visibilityTimeoutMs: number;
  messageEncoding: 'none' | 'base64';
}

const count = (max = Number.MAX_SAFE_INTEGER) => z.number().check(z.int(), z.minimum(1), z.maximum(max));
const level = z.pipe(
  z.string(),
  z.transform((text, context): Level => {
    const known = levels.find((name) => name === text.toLowerCase());
    if (!known) context.issues.push({ code: 'custom', message: 'is no log level', input: text });
    return known ?? 'none';
  }),
);
const timeSpan = z.pipe(
  z.string().check(z.regex(/^(\d+\.)?\d{1,2}:\d{2}:\d{2}$/, 'must be [d.]hh:mm:ss')),
  z.transform((text) => {
    const [seconds = 0, minutes = 0, hours = 0, days = 0] = text.split(/[:.]/).reverse().map(Number);
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  }),
);

/** Other keys pass, as in the real host. */
const schema = z.object({
  version: z.literal('2.0'),
  functionTimeout: z._default(z.union([z.literal('-1'), timeSpan]), 30 * 60_000),
  extensions: z.optional(
    z.object({
      http: z.optional(z.object({ routePrefix: z.optional(z.string()) })),
      queues: z.optional(
        z.object({
          batchSize: z.optional(count(32)),
          newBatchThreshold: z.optional(z.number().check(z.int(), z.minimum(0))),
          maxDequeueCount: z.optional(count()),
          visibilityTimeout: z.optional(timeSpan),
          messageEncoding: z.optional(z.enum(['none', 'base64'])),
        }),
      ),
      blobs: z.optional(
        z.object({
          maxDegreeOfParallelism: z.optional(count()),
          poisonBlobThreshold: z.optional(count()),
        }),
      ),
    }),
  ),
  logging: z.optional(z.object({ logLevel: z.optional(z.record(z.string(), level)) })),
});

/**
 * Reads a `host.json` (https://learn.microsoft.com/azure/azure-functions/functions-host-json). Throws one error that names
 * every problem.
 */
export async function readHostJson(file: string): Promise<HostJson> {
  const value = await readJsonFile(file, schema);
  const { http, queues, blobs } = value.extensions ?? {};
  const batchSize = queues?.batchSize ?? 16;
  return {
    routePrefix: http?.routePrefix ?? 'api',
    queues: {
      batchSize,
      newBatchThreshold: queues?.newBatchThreshold ?? Math.floor(batchSize / 2),
      maxDequeueCount: queues?.maxDequeueCount ?? 5,
      visibilityTimeoutMs: queues?.visibilityTimeout ?? 0,
      messageEncoding: queues?.messageEncoding ?? 'base64',
    },
    blobs: {
      maxDegreeOfParallelism: blobs?.maxDegreeOfParallelism ?? 8 * availableParallelism(),
      poisonBlobThreshold: blobs?.poisonBlobThreshold ?? 5,
    },
    functionTimeoutMs: value.functionTimeout === '-1' ? undefined : value.functionTimeout,
    logLevels: lowerCaseKeys(value.logging?.logLevel ?? {}),
  };
}

function lowerCaseKeys<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
}
