import * as z from 'zod/mini';
import { AppError } from './errors.ts';
import { isJobId } from './job.ts';
import type { Report } from './report.ts';
import { validate } from './validate.ts';
import { isVmName } from './vm-name.ts';

/**
 * What callers send, from query and JSON body alike: names in any case of letters, unknown ones ignored so that agents of
 * the next version get through. Each function throws `bad_input` that lists every problem by parameter name.
 */
export type Parameters = Readonly<Record<string, unknown>>;

/** Told the names of parameters that are not known. */
export type OnUnknown = (names: readonly string[]) => void;

/** What the host takes for itself: the function key, and the name of one. */
const keyParameters = ['code', 'clientId'];

/** Halves of a character: neither URLs nor tables take them. */
const whole = z.refine<string>((given) => !/\p{Surrogate}/u.test(given), 'has half of a character');
/** A text that is not empty. */
export const text = (length: number) => z.string().check(z.minLength(1), z.maxLength(length), whole);
export const vmName = z.string().check(z.refine(isVmName, 'is not the name of an Azure VM'));
export const fileName = text(1024);
export const jobId = z.string().check(z.refine(isJobId, 'is not a job id'));
const attempt = z.coerce.number().check(z.int(), z.positive());

/** `true` in JSON, or as a text in any case: PowerShell writes `True`. */
const flag = z.pipe(
  z._default(z.union([z.boolean(), z.string().check(z.regex(/^(true|false)$/i, 'is true or false'))]), false),
  z.transform((value) => String(value).toLowerCase() === 'true'),
);

const stopSchema = z.object({
  vmName,
  fileName: z.optional(fileName),
  jobId: z.optional(jobId),
  attempt: z.optional(attempt),
  status: z._default(z.enum(['ok', 'failed']), 'ok'),
  resultName: z._default(z.string().check(z.maxLength(1024), whole), ''),
  // A long story is cut, not refused: refused, the failure would not be recorded at all.
  error: z.pipe(
    z._default(z.string(), ''),
    z.transform((error) => error.slice(0, 8192)),
  ),
  durationMs: z._default(z.coerce.number().check(z.minimum(0)), 0),
  permanent: flag,
});

const nextSchema = z.object({
  vmName,
  jobId: z.optional(jobId),
  attempt: z.optional(attempt),
  release: flag,
});

/** A call of `funcHttpVMNext`. */
export type NextCall =
  | { verb: 'claim'; vmName: string }
  | { verb: 'renew' | 'release'; vmName: string; jobId: string; attempt: number };

/** The report in a call of `funcHttpVMStop`. */
export function parseReport(parameters: Parameters, onUnknown?: OnUnknown): Report {
  const { permanent, ...report } = parse(stopSchema, parameters, onUnknown);
  if ((report.jobId === undefined) !== (report.attempt === undefined))
    throw new AppError('bad_input', 'jobId and attempt go together: name both or none');
  return permanent ? { ...report, permanent } : report;
}

/** What a call of `funcHttpVMNext` wants: a file, or a longer lease, or to hand a file back. */
export function parseNext(parameters: Parameters, onUnknown?: OnUnknown): NextCall {
  const call = parse(nextSchema, parameters, onUnknown);
  const verb = call.release ? 'release' : 'renew';
  if (call.jobId === undefined && call.attempt === undefined && verb === 'renew')
    return { verb: 'claim', vmName: call.vmName };
  if (call.jobId === undefined || call.attempt === undefined)
    throw new AppError('bad_input', 'jobId and attempt go together: name both or none');
  const { jobId, attempt } = call;
  return { verb, vmName: call.vmName, jobId, attempt };
}

/**
 * The parameters that a schema names, in whatever case they came; of others their names are told. Throws `bad_input` that lists every
 * problem.
 */
export function parse<S extends z.ZodMiniObject>(
  schema: S,
  parameters: Parameters,
  onUnknown: OnUnknown = () => {},
): z.infer<S> {
  const given = new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
  const known = Object.keys(schema.shape).flatMap((name) => {
    const value = given.get(name.toLowerCase());
    return value === undefined || value === null || value === '' ? [] : [[name, value] as const];
  });
  const read = Object.fromEntries(known);
  const names = new Set([...Object.keys(schema.shape), ...keyParameters].map((name) => name.toLowerCase()));
  const unknown = [...given.keys()].filter((name) => !names.has(name));
  if (unknown.length > 0) onUnknown(unknown);
  const parsed = validate(schema, read);
  if (!parsed.problems) return parsed.value;
  const problems = parsed.problems.map(
    ({ where, what }) => `${where}: ${Object.hasOwn(read, where) ? what : 'is missing'}`,
  );
  throw new AppError('bad_input', `the call cannot be understood: ${problems.join('; ')}`);
}
