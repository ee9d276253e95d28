import { isAppError } from '../core/errors.ts';
import { agentProgram } from './program.ts';
import { UnfitError } from './unfit.ts';

/** All that the agent may take to end a guest program and to hand its file back, once it is told to end. */
const stopMsMax = 4500;

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.once(signal, () => {
    stop.abort();
    setTimeout(() => process.exit(0), stopMsMax).unref();
  });

try {
  await agentProgram(stop.signal).parseAsync();
} catch (error) {
  if (!isAppError(error) && !(error instanceof UnfitError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = isAppError(error, 'lease_lost') ? 4 : isAppError(error, 'bad_input') ? 2 : 1;
}
// A renewal may still be on its way, and nobody waits for its answer.
process.exit();
