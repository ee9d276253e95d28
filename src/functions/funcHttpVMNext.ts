import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { leaseOf } from '../core/answer.ts';
import { claim } from '../core/claim.ts';
import { release, renew } from '../core/lease.ts';
import { parseNext } from '../core/request.ts';
import type { World } from '../core/world.ts';
import { admit } from './admit.ts';
import { realWorld } from './app.ts';
import { answerProblems } from './problem.ts';
import { traceUnknown } from './trace-unknown.ts';

/** Hands out the VM's file with a lease, renews that lease, or takes the file back. */
export async function funcHttpVMNext(
  request: HttpRequest,
  context: InvocationContext,
  world: World = realWorld,
): Promise<HttpResponseInit> {
  return answerProblems(context, async () => {
    const call = parseNext(await admit(request, context, world), traceUnknown(context));
    const { vmName, stop, next } = await answerTo(call, world);
    return { jsonBody: { vmName, stop, next: next && leaseOf(next, world.rules, world.now()) } };
  });
}

function answerTo(call: ReturnType<typeof parseNext>, world: World) {
  switch (call.verb) {
    case 'claim':
      return claim(call.vmName, world);
    case 'renew':
      return renew(call, world);
    case 'release':
      return release(call, world);
  }
}

app.http('funcHttpVMNext', { methods: ['POST'], authLevel: 'function', handler: funcHttpVMNext });
