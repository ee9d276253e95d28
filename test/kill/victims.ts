import { setTimeout as sleep } from 'node:timers/promises';
import { azureJobs } from '../../src/azure/jobs.ts';
import type { Box } from '../../src/local/box.ts';
import type { Dice } from '../sim/dice.ts';
import { isGuestNoted, jobInHand, runningVms } from './in-work.ts';

/** A VM that something is to happen to. */
export interface Victim {
  name: string;
  /** The job that its agent has in hand, if it has one. */
  jobId: string | undefined;
}

/** How many strikes are for VMs at whatever moment; the others wait for one whose guest program runs. */
const anyMomentShare = 0.3;
const lookMs = 20;
/** How long one waits for such a VM, and then for any at all. */
const workMsMax = 3000;
const waitMsMax = 10_000;

/** One of the VMs whose agents run, most often one with a file in `processing`. Undefined if there is none. */
export async function pickVictim(box: Box, dice: Dice): Promise<Victim | undefined> {
  const begunAt = performance.now();
  const wantsWorkMs = dice.chance(anyMomentShare) ? 0 : workMsMax;
  for (;;) {
    const waitedMs = performance.now() - begunAt;
    const running = runningVms(box);
    const group = waitedMs < wantsWorkMs ? running.filter((name) => isGuestNoted(box, name)) : running;
    const name = group.length > 0 ? dice.pick(group) : undefined;
    if (name !== undefined) return { name, jobId: jobInHand(box, name) };
    if (waitedMs > waitMsMax) return undefined;
    await sleep(lookMs);
  }
}

/** Whether the victim's file is in work, as its job's row says. */
export async function isProcessing(box: Box, { name, jobId }: Victim): Promise<boolean> {
  const job = jobId === undefined ? undefined : await azureJobs(box.connection).read(jobId);
  return job?.state === 'processing' && job.vmName === name;
}
