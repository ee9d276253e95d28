import { randomUUID } from 'node:crypto';
import { runHooks } from './core.ts';
import type { App } from './load.ts';
import { describeError, type Log } from './log.ts';
import type { CoreContext, Handler, InvocationResponse, TypedData } from './rpc.ts';
import type { LoadedFunction } from './trigger.ts';

/** How an invocation ended. A failure has been logged already. */
export type Outcome = { response: InvocationResponse; error?: never } | { response?: never; error: unknown };

/** Runs a function once with its input and the metadata of what triggered it. Never rejects. */
export type Invoke = (
  called: LoadedFunction,
  input: TypedData,
  triggerMetadata: Record<string, TypedData>,
) => Promise<Outcome>;

export interface Invoker {
  invoke: Invoke;
  /** Resolves when none is in flight. */
  idle(): Promise<void>;
}

export interface InvokerOptions {
  app: App;
  log: Log;
  /** How long a function may run; undefined = for ever. */
  timeoutMs: number | undefined;
  /** Called when one runs longer: nothing can end it but the end of the process, which is what the real host does. */
  onTimeout(functionName: string): void;
}

export function makeInvoker({ app, log, timeoutMs, onTimeout }: InvokerOptions): Invoker {
  const inFlight = new Set<Promise<Outcome>>();
  const invoke: Invoke = (called, input, triggerMetadata) => {
    const outcome = attempt(called, input, triggerMetadata);
    inFlight.add(outcome);
    return outcome.finally(() => inFlight.delete(outcome));
  };

  async function attempt(
    called: LoadedFunction,
    input: TypedData,
    triggerMetadata: Record<string, TypedData>,
  ): Promise<Outcome> {
    const context = makeContext(called, input, triggerMetadata, log);
    const title = titleOf(called.name, context.invocationId);
    const category = `Function.${called.name}`;
    const begun = performance.now();
    const elapsed = () => `${Math.round(performance.now() - begun)} ms`;
    const timer = timeoutMs && setTimeout(onTimeout, timeoutMs, called.name);
    log(category, 'information', `${title} started`);
    try {
      const response = await run(app, called.handler, context);
      log(category, 'information', `${title} succeeded in ${elapsed()}`);
      return { response };
    } catch (error) {
      log(category, 'error', `${title} failed after ${elapsed()}: ${describeError(error)}`);
      return { error };
    } finally {
      if (timer) clearTimeout(timer);
    }
  }

  return {
    invoke,
    async idle() {
      while (inFlight.size > 0) await Promise.all(inFlight);
    },
  };
}

/** The name of an invocation in the log; eight digits of its id tell it from its neighbours. */
function titleOf(functionName: string, invocationId: string): string {
  return `${functionName} ${invocationId.slice(0, 8)}`;
}

function makeContext(
  { name, metadata, bindingName }: LoadedFunction,
  data: TypedData,
  triggerMetadata: Record<string, TypedData>,
  log: Log,
): CoreContext {
  const invocationId = randomUUID();
  const functionId = metadata.functionId ?? metadata.name;
  return {
    invocationId,
    metadata,
    request: { invocationId, functionId, inputData: [{ name: bindingName, data }], triggerMetadata },
    log: (level, category, message) =>
      log(
        category === 'user' ? `Function.${name}.User` : `Function.${name}`,
        level,
        `${titleOf(name, invocationId)} ${message}`,
      ),
  };
}

/** The steps of the real worker, in its order (`InvocationHandler.ts` of azure-functions-nodejs-worker). */
async function run(app: App, handler: Handler, core: CoreContext): Promise<InvocationResponse> {
  const model = await app.model.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  const shared = { hookData: {}, appHookData: app.appHookData, invocationContext: context };
  const before = { ...shared, inputs, functionCallback: handler };
  core.state = 'preInvocationHooks';
  await runHooks(app.hooks.preInvocation, before);
  const after: typeof shared & { inputs: unknown[]; result: unknown; error: unknown } = {
    ...shared,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  core.state = 'invocation';
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  // A hook may change how the invocation ended.
  core.state = 'postInvocationHooks';
  await runHooks(app.hooks.postInvocation, after);
  core.state = undefined;
  if (after.error !== null && after.error !== undefined) throw after.error;
  return model.getResponse(context, after.result);
}
