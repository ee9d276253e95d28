import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { AppError } from '../core/errors.ts';
import { findJobs } from '../core/find-jobs.ts';
import { parseFind, parseOrder } from '../core/job-request.ts';
import { order, readJob } from '../core/order.ts';
import { shownJob } from '../core/shown-job.ts';
import { realWorld } from './app.ts';
import { answerProblems } from './problem.ts';
import { readParameters } from './read-parameters.ts';
import { traceUnknown } from './trace-unknown.ts';

/** For operators: shows a job, finds jobs, does what is ordered of one. Its key is never given to a VM. */
export async function funcHttpJob(
  request: HttpRequest,
  context: InvocationContext,
  world = realWorld,
): Promise<HttpResponseInit> {
  const { id, order: verb } = request.params;
  return answerProblems(context, async () => {
    const method = verb ? 'POST' : 'GET';
    if (request.method !== method)
      throw new AppError('wrong_method', `this address takes ${method} only`, { permitted: [method] });
    const { parameters, problem } = await readParameters(request);
    if (problem) throw problem;
    if (id && verb) {
      const given = parseOrder({ ...parameters, order: verb }, traceUnknown(context));
      const job = await order(id, given, world);
      context.log(`${given.verb}: job ${job.id} is ${job.state}`);
      return { jsonBody: shownJob(job) };
    }
    if (id) return { jsonBody: shownJob(await readJob(id, world)) };
    const { jobs, ...rest } = await findJobs(parseFind(parameters, traceUnknown(context)), world);
    return { jsonBody: { jobs: jobs.map(shownJob), ...rest } };
  });
}

app.http('funcHttpJob', {
  route: 'jobs/{id?}/{order?}',
  methods: ['GET', 'POST'],
  authLevel: 'function',
  handler: funcHttpJob,
});
