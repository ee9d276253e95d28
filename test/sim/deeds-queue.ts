import { encodeMessage } from '../../src/core/message.ts';
import { putMessage } from './queue.ts';
import type { Sim } from './sim.ts';

const hourMs = 60 * 60_000;

/** What people and programs that know no better do to the queues. */
export const queueDeeds = {
  clearQueue: ({ memory }: Sim) => memory.queues.processing.clear(),
  deleteMessage({ memory, dice }: Sim) {
    const id = dice.pick([...memory.queues.processing.keys()]);
    if (id) memory.queues.processing.delete(id);
  },
  /** Somebody reads with a client that hides what it shows. */
  hideMessages({ memory, clock }: Sim) {
    for (const message of memory.queues.processing.values()) {
      message.popReceipt = memory.fresh();
      message.hiddenUntil = clock.now() + 60_000;
    }
  },
  putGarbage({ memory, clock, dice }: Sim) {
    const text = dice.pick(['hello', '{"vmName":1}', encodeMessage({ vmName: 'vm01' }), '']) ?? '';
    putMessage(memory, 'processing', text, clock.now());
  },
  /** A message of a job as it was, perhaps long ago. */
  putOld({ memory, clock, dice }: Sim) {
    const job = dice.pick([...memory.jobs.values()]);
    if (!job) return;
    const { fileName, action, id: jobId, state } = job;
    // Of its present attempt only once that has begun: before, it would be the news that only we may bring.
    const attempt = dice.whole(1, job.attempt) - (state === 'assigned' || state === 'received' ? 1 : 0);
    if (attempt === 0) return;
    const vmName = dice.pick([...memory.vms.keys()]) ?? '';
    const text = encodeMessage({ vmName, fileName, action, jobId, attempt });
    putMessage(memory, 'processing', text, clock.now() - (dice.chance(0.5) ? hourMs : 0));
  },
  poisonLog({ memory, clock }: Sim) {
    const text = encodeMessage({ vmName: 'vm01', message: 'a line that the host gave up' });
    putMessage(memory, 'log-poison', text, clock.now());
  },
};
