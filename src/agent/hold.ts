import { isRetryable, transferTriesMax } from './deliver.ts';
import { mustHold, readHeld } from './held.ts';
import { ask, holdLease } from './lease.ts';
import type { Plan } from './plan.ts';
import { repeat } from './repeat.ts';
import type { AgentWorld } from './world.ts';

/** Between two looks at whether the file is still the one that is handed out. */
const lookMs = 1000;

/**
 * Renews the lease of the file that was handed out from `folder`, until it is done. Throws `lease_lost` when it has
 * become another's: what works on it should end. Resolves also when the signal fires, and the lease then runs out.
 */
export async function holdOn(
  folder: string,
  plan: Pick<Plan, 'askMs' | 'renewMs'>,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<void> {
  const { claim } = await mustHold(folder);
  const isHeld = async (): Promise<boolean> => {
    const now = (await readHeld(folder))?.claim;
    return now?.jobId === claim.jobId && now.attempt === claim.attempt;
  };
  const { next } = await repeat(
    () => ask(() => world.renew(claim), world),
    { what: 'renewal', triesMax: transferTriesMax, pauseMsMax: plan.askMs, mayPass: isRetryable },
    signal,
    world,
  );
  const lease = holdLease(next ?? { claim, endsAt: world.now() }, plan, world);
  const over = AbortSignal.any([signal, lease.lost]);
  try {
    while (!over.aborted && (await isHeld())) await world.sleep(lookMs, over);
    if (!lease.lost.aborted) return;
    // A report ends the lease too, a moment before its file is noted as done here.
    await world.sleep(lookMs, signal);
    if (await isHeld()) throw lease.lost.reason;
  } finally {
    lease.end();
  }
}
