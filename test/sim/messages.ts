import { encodeMessage } from '../../src/core/message.ts';
import type { Messages } from '../../src/core/world.ts';
import type { Memory } from './memory.ts';
import { putMessage, queueIn } from './queue.ts';

const batchCount = 32;

/** The queues in memory: the VMs', and the poison queues of the two triggers. */
export function memoryMessages(memory: Memory, now: () => number): Messages {
  return {
    send: async (message) => putMessage(memory, 'processing', encodeMessage(message), now()),
    remove: (ticket, queue = 'processing') => queueIn(memory, queue, now).remove(ticket),
    async peek(queue) {
      return queueIn(memory, queue, now).look(batchCount);
    },
    receive: (queue, visibilityMs) => queueIn(memory, queue, now).receive(batchCount, visibilityMs),
    giveBack: (message, queue) => queueIn(memory, queue, now).giveBack(message),
    async poison(queue, text) {
      putMessage(memory, `${queue}-poison`, text, now());
    },
  };
}
