import { AppError } from '../core/errors.ts';
import type { Plan } from './plan.ts';
import { repeat } from './repeat.ts';
import type { AgentWorld, Answer, Claim } from './world.ts';

/** A file with the time at which its lease ends, on this VM's own clock. */
export interface Leased {
  claim: Claim;
  endsAt: number;
}

/** An {@link Answer} with its lease measured. */
export interface Asked {
  stop: boolean;
  next: Leased | null;
}

/** Asks, and counts the lease from when the question was sent, so that it never seems longer than it is. */
export async function ask(question: () => Promise<Answer>, world: Pick<AgentWorld, 'now'>): Promise<Asked> {
  const sentAt = world.now();
  const { stop, next } = await question();
  return { stop, next: next && { claim: next, endsAt: sentAt + next.leaseSeconds * 1000 } };
}

/** A lease that is being renewed. */
export interface HeldLease {
  /** Fires, with the reason, when the file is no longer this VM's. */
  lost: AbortSignal;
  /** Ends the renewing; the lease itself runs on. */
  end(): void;
}

/** Renews a lease until it is lost or ended. Without an answer for its whole length it counts as lost. */
export function holdLease(
  leased: Leased,
  plan: Pick<Plan, 'renewMs' | 'askMs'>,
  world: Pick<AgentWorld, 'now' | 'random' | 'sleep' | 'log' | 'renew'>,
): HeldLease {
  const { claim } = leased;
  const lost = new AbortController();
  const ended = new AbortController();
  const over = AbortSignal.any([lost.signal, ended.signal]);
  let { endsAt } = leased;

  async function renew(): Promise<void> {
    for (;;) {
      // Three renewals fit into any lease, so that one that fails does no harm.
      await world.sleep(Math.min(plan.renewMs, (endsAt - world.now()) / 3), over);
      if (over.aborted) return;
      const asked = await repeat(
        () => ask(() => world.renew(claim), world),
        {
          what: 'renewal',
          triesMax: Infinity,
          pauseMsMax: plan.askMs,
          // The lease does not wait.
          retryAfterMsMax: plan.renewMs,
          mayPass: (error) => error.code !== 'lease_lost',
        },
        over,
        world,
      );
      if (asked.next) endsAt = asked.next.endsAt;
    }
  }

  async function watch(): Promise<void> {
    while (!over.aborted) {
      const leftMs = endsAt - world.now();
      if (leftMs <= 0) throw new AppError('lease_lost', 'the lease ran out without a renewal');
      await world.sleep(leftMs, over);
    }
  }

  for (const task of [renew(), watch()])
    task.catch((error: unknown) => {
      if (!over.aborted) lost.abort(error);
    });
  return { lost: lost.signal, end: () => ended.abort() };
}
