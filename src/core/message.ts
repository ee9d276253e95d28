import * as z from 'zod/mini';

/**
 * Queue messages. Written as base64 of UTF-8 JSON; read in that form or as plain JSON, with property names in any case
 * of letters, because sites' own scripts write them too.
 */
export interface WorkMessage {
  vmName: string;
  fileName: string;
  action: string;
  jobId: string;
  attempt: number;
}

const work = z.object({
  vmName: z.string().check(z.minLength(1)),
  fileName: z.string().check(z.minLength(1)),
  action: z.string(),
  jobId: z.string(),
  attempt: z.coerce.number().check(z.int(), z.positive()),
});

const logEvent = z.object({
  vmName: z.string().check(z.minLength(1)),
  fileName: z.optional(z.nullable(z.string())),
  jobId: z.optional(z.nullable(z.string())),
  message: z.string(),
  level: z.pipe(
    z.optional(z.nullable(z.string())),
    z.transform((level) => level ?? 'info'),
  ),
  event: z.pipe(
    z.optional(z.nullable(z.string())),
    z.transform((event) => event ?? 'log'),
  ),
});

export type LogEvent = z.infer<typeof logEvent>;

/** What the storage extension leaves of a blob event that a function has failed five times. */
const blobEvent = z.object({ FunctionId: z.string(), ContainerName: z.string(), BlobName: z.string() });

export type BlobEvent = z.infer<typeof blobEvent>;

/** The wire form of a message: base64 of UTF-8 JSON. */
export function encodeMessage(message: object): string {
  return Buffer.from(JSON.stringify(message), 'utf8').toString('base64');
}

/** The work message in a queue text; undefined if it is none. */
export function decodeWork(text: string): WorkMessage | undefined {
  return decode(work, text);
}

/** The log event in a queue text or in what the host made of it; undefined if it is none. */
export function decodeLogEvent(text: unknown): LogEvent | undefined {
  return decode(logEvent, text);
}

/** The given-up blob event in a queue text; undefined if it is none. */
export function decodeBlobEvent(text: string): BlobEvent | undefined {
  return decode(blobEvent, text);
}

function decode<T>(schema: z.ZodMiniType<T>, text: unknown): T | undefined {
  const value = typeof text === 'string' ? parse(text) : text;
  const result = schema.safeParse(withKnownNames(schema, value));
  return result.success ? result.data : undefined;
}

function parse(text: string): unknown {
  for (const candidate of [text, Buffer.from(text, 'base64').toString('utf8')]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // Not this form: the next one, or none.
    }
  }
  return undefined;
}

/** The value with its property names spelled as the schema spells them. */
function withKnownNames(schema: z.ZodMiniType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const names = schema instanceof z.ZodMiniObject ? Object.keys(schema.shape) : [];
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      names.find((name) => name.toLowerCase() === key.toLowerCase()) ?? key,
      item,
    ]),
  );
}
