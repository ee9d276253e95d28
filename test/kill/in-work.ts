import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from '../../src/local/box.ts';

/** A run's folder on a VM is there from the claim until the report was answered: `{jobId}.{attempt}`. */
const runFolder = /^([0-9a-f]+)\.\d+$/;

/** The job that a VM's agent has in hand, if it has one. */
export function jobInHand(box: Box, vmName: string): string | undefined {
  for (const name of readdirSync(join(box.folder.vms, vmName))) {
    const jobId = runFolder.exec(name)?.[1];
    if (jobId !== undefined) return jobId;
  }
  return undefined;
}

/** Whether a guest program runs on a VM, or was running when its agent was killed: the agent notes that there. */
export function isGuestNoted(box: Box, vmName: string): boolean {
  return existsSync(join(box.folder.vms, vmName, 'guest.pid'));
}

/** Whether a guest program works on a job, whose file has been read then. */
export function isInWork(box: Box, jobId: string): boolean {
  return namesOf(box).some((name) => isGuestNoted(box, name) && jobInHand(box, name) === jobId);
}

/** The VMs whose agents run now. */
export function runningVms(box: Box): string[] {
  return namesOf(box).filter(
    (name) => box.arm.power(name) === 'running' && box.machines.agent(name).pid() !== undefined,
  );
}

/** The VMs that have been started at least once. */
function namesOf(box: Box): string[] {
  return Object.keys(box.arm.stats().vms).filter((name) => existsSync(join(box.folder.vms, name)));
}
