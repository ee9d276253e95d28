import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { leaseOf } from '../core/answer.ts';
import { finish } from '../core/finish.ts';
import { parseReport } from '../core/request.ts';
import { admit } from './admit.ts';
import { realWorld, settings } from './app.ts';
import { answerProblems } from './problem.ts';
import { traceUnknown } from './trace-unknown.ts';

/** Records a VM's report and stops the VM, or hands it its next file. GET is the article's call and changes things too. */
export async function funcHttpVMStop(
  request: HttpRequest,
  context: InvocationContext,
  world = realWorld,
): Promise<HttpResponseInit> {
  return answerProblems(context, async () => {
    const report = parseReport(await admit(request, context, world), traceUnknown(context));
    const { vmName, recorded, stop, next } = await finish(report, world);
    const lease = next && leaseOf(next, world.rules, world.now());
    return { jsonBody: { vmName, recorded, stop, next: lease } };
  });
}

app.http('funcHttpVMStop', {
  methods: settings.callers.allowGet ? ['GET', 'POST'] : ['POST'],
  authLevel: 'function',
  handler: funcHttpVMStop,
});
