import type { HttpRequest, InvocationContext } from '@azure/functions';
import { callerAddress } from '../core/address.ts';
import { isAppError } from '../core/errors.ts';
import { noteRefusal } from '../core/note-refusal.ts';
import { type Evidence, prove } from '../core/prove.ts';
import type { Parameters } from '../core/request.ts';
import type { World } from '../core/world.ts';
import { readParameters } from './read-parameters.ts';

/**
 * Lets a call of a VM in: its parameters, once it is proven that it comes from the VM that it names. Throws `not_proven` and what
 * `prove` throws; for a caller who is proven also `bad_input`.
 */
export async function admit(
  request: HttpRequest,
  context: InvocationContext,
  world: World,
): Promise<Parameters> {
  const { parameters, problem } = await readParameters(request);
  const { vmname: vmName } = parameters;
  const evidence = evidenceIn(request, world.callers.trustedProxies);
  try {
    await prove(vmName, evidence, world.callers);
  } catch (error) {
    // Also where nobody can tell now: anybody with a key could fill the trace in an outage.
    if (!isAppError(error)) throw error;
    error.isTraced = true;
    const reason = problem ? `${problem.message}, and ${error.message}` : error.message;
    const source = evidence.address ?? 'an unknown address';
    const { invocationId: correlationId } = context;
    const line = await noteRefusal({ reason, vmName, source, correlationId }, world);
    if (line !== undefined) context.warn(`${line} (correlation id ${correlationId})`);
    throw error;
  }
  if (problem) throw problem;
  return parameters;
}

function evidenceIn({ headers }: HttpRequest, trustedProxies: number): Evidence {
  return {
    token: /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1],
    address: callerAddress(headers.get('x-forwarded-for'), trustedProxies),
  };
}
