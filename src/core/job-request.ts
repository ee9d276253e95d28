import * as z from 'zod/mini';
import { AppError } from './errors.ts';
import type { JobQuery } from './find-jobs.ts';
import { type JobState, jobPlaces } from './moves.ts';
import { type Order, orderVerbs } from './orders.ts';
import { fileName, jobId, type OnUnknown, type Parameters, parse, text, vmName } from './request.ts';

/** What operators ask, as `request.ts` reads it of VMs. Each function throws `bad_input` that lists every problem by name. */

const findSchema = z.object({
  fileName: z.optional(fileName),
  state: z.optional(z.enum(Object.keys(jobPlaces) as JobState[])),
  vmName: z.optional(vmName),
  root: z.optional(jobId),
  continuation: z.optional(text(4096)),
  count: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(200)), 50),
});

const orderSchema = z.object({ order: z.enum(orderVerbs), vmName: z.optional(vmName) });

/** Which jobs are looked for, 50 a page if not told otherwise, at most 200. */
export function parseFind(parameters: Parameters, onUnknown?: OnUnknown): JobQuery {
  return parse(findSchema, parameters, onUnknown);
}

/** What is ordered: `order`, and `vmName` for an assignment. */
export function parseOrder(parameters: Parameters, onUnknown?: OnUnknown): Order {
  const { order: verb, vmName } = parse(orderSchema, parameters, onUnknown);
  if (verb !== 'assign') return { verb };
  if (vmName === undefined) throw new AppError('bad_input', 'vmName: assign needs the VM that is to do it');
  return { verb, vmName };
}
