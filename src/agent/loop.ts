import { isAppError } from '../core/errors.ts';
import { type Asked, ask } from './lease.ts';
import { type Mailbox, openMailbox } from './mailbox.ts';
import type { Plan } from './plan.ts';
import { repeat } from './repeat.ts';
import { work } from './work.ts';
import type { AgentWorld } from './world.ts';

/**
 * The agent's life: asks for a file, works it, goes on with the file in the answer to its report, and waits where there
 * is none. Resolves when `stop` fires, with the file in hand given back.
 */
export async function runAgent(plan: Plan, stop: AbortSignal, world: AgentWorld): Promise<void> {
  await world.clearFolders();
  const actions = [...plan.guests.keys(), ...(plan.otherGuest ? ['all others'] : [])].join(', ');
  world.log({ event: 'started', level: 'info', message: `agent of ${plan.vmName} started, does ${actions}` });
  const mailbox = openMailbox(plan.vmName, world);

  while (!stop.aborted) {
    let asked = await askForWork(plan, stop, world);
    while (asked?.next) asked = await work(asked.next, plan, stop, world);
    await wait(asked, mailbox, plan, stop, world);
  }
  world.log({ event: 'stopped', level: 'info', message: `agent of ${plan.vmName} stopped` });
}

/** Asks until there is an answer; undefined when the agent stops before. No refusal is for good: rows and roles change. */
async function askForWork(plan: Plan, stop: AbortSignal, world: AgentWorld): Promise<Asked | undefined> {
  try {
    return await repeat(
      () => ask(() => world.next(), world),
      { what: 'asking for work', triesMax: Infinity, pauseMsMax: plan.askMs, mayPass: () => true },
      stop,
      world,
    );
  } catch (error) {
    if (stop.aborted && isAppError(error)) return undefined;
    throw error;
  }
}

/**
 * Waits until it is time to ask again: when a message for this VM comes, or after `askMs`. A VM that was told to stop
 * keeps quiet but for that, in case it is left running. After a file that could not be reported only a moment passes.
 */
async function wait(
  asked: Asked | undefined,
  mailbox: Mailbox,
  plan: Plan,
  stop: AbortSignal,
  world: AgentWorld,
): Promise<void> {
  const waitMs = (asked ? plan.askMs : Math.min(plan.askMs, plan.peekMs)) * (0.9 + world.random() / 5);
  const until = world.now() + waitMs;
  for (;;) {
    const leftMs = until - world.now();
    if (stop.aborted || leftMs <= 0) return;
    if (!asked || asked.stop) {
      await world.sleep(leftMs, stop);
    } else {
      await world.sleep(Math.min(leftMs, plan.peekMs), stop);
      if (!stop.aborted && (await mailbox.hasNew())) return;
    }
  }
}
