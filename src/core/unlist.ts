import assert from 'node:assert';
import { entryOf } from './index-entry.ts';
import type { Job } from './job.ts';
import { jobPlaces } from './moves.ts';
import type { Entry, Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Unlists: takes a job out of the place where it stood before it was moved, as `before` says. The last of the three
 * steps of every change; what it removes is stale already, so that removing it late, twice or never harms nothing.
 */
export async function unlist(before: Job, world: World): Promise<void> {
  const place = jobPlaces[before.state];
  switch (place) {
    case 'vm':
      await unlistFromVm(before.vmName, before, world);
      return;
    case 'waiting':
    case 'resting':
      await world.jobs.drop(entryOf(place, before));
      return;
    case 'closed':
      assert.fail('nothing leaves completed');
  }
}

/** Drops a job's entries up to an attempt from a VM's row, their messages first. Returns the row as it then is. */
export async function unlistFromVm(
  vmName: string,
  job: { id: string; attempt: number },
  world: World,
): Promise<Vm | undefined> {
  for (;;) {
    const vm = await world.pool.read(vmName);
    const stale = vm?.files.filter((entry) => isStaleEntryOf(entry, job)) ?? [];
    if (!vm || stale.length === 0) return vm;
    await removeMessages(stale, world);
    const files = vm.files.filter((entry) => !stale.includes(entry));
    const written = await world.pool.write({
      ...vm,
      files,
      idleSince: files.length === 0 ? world.now() : vm.idleSince,
    });
    if (written) return written;
  }
}

/** Whoever drops an entry first deletes its message: later nobody would know its ticket. */
export async function removeMessages(entries: readonly Entry[], world: World): Promise<void> {
  for (const { ticket } of entries) if (ticket) await world.messages.remove(ticket);
}

/** Whether an entry stands for a job that has left its VM at this attempt. */
export function isStaleEntryOf(entry: Entry, job: { id: string; attempt: number }): boolean {
  return entry.jobId === job.id && entry.attempt <= job.attempt;
}
