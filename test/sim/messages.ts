import { encodeMessage } from '../../src/core/message.ts';
import type { Messages } from '../../src/core/world.ts';
import type { Memory } from './memory.ts';
import { queueIn } from './queue.ts';

const batchCount = 32;

/** The queues in memory: the VMs', and the poison queues of the two triggers. */
export function memoryMessages(memory: Memory, now: () => number): Messages {
  const { queues, fresh } = memory;
  const put = (queue: keyof Memory['queues'], text: string) => {
    const ticket = { messageId: fresh(), popReceipt: fresh() };
    queues[queue].set(ticket.messageId, {
      popReceipt: ticket.popReceipt,
      text,
      sentAt: now(),
      hiddenUntil: 0,
    });
    return ticket;
  };
  return {
    send: async (message) => put('processing', encodeMessage(message)),
    remove: (ticket, queue = 'processing') => queueIn(memory, queue, now).remove(ticket),
    async peek(queue) {
      return queueIn(memory, queue, now).look(batchCount);
    },
    receive: (queue, visibilityMs) => queueIn(memory, queue, now).receive(batchCount, visibilityMs),
    giveBack: (message, queue) => queueIn(memory, queue, now).giveBack(message),
    async poison(queue, text) {
      put(`${queue}-poison`, text);
    },
  };
}
