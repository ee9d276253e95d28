import { afterAll, beforeAll, describe } from 'vitest';
import { describeFiles } from './files.ts';
import { describeJobs } from './jobs.ts';
import { describeMachines } from './machines.ts';
import { describeMessages } from './messages.ts';
import type { Opened } from './opened.ts';
import { describePool } from './pool.ts';
import { describeWaiting } from './waiting.ts';

/**
 * The contract of the world: what the use cases rely on, whichever world they run in. One opened world serves all
 * tests, so each uses names of its own.
 */
export function describeWorld(name: string, open: () => Promise<Opened>): void {
  describe(name, { timeout: 30_000 }, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open();
    }, 60_000);
    afterAll(() => opened?.close(), 60_000);
    const given = () => opened;
    describePool(given);
    describeJobs(given);
    describeWaiting(given);
    describeMessages(given);
    describeFiles(given);
    describeMachines(given);
  });
}
