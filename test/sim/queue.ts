import type { SearchQueue } from '../../src/core/search.ts';
import type { Ticket } from '../../src/core/vm.ts';
import type { PeekedMessage } from '../../src/core/world.ts';
import type { Memory } from './memory.ts';

/** A queue as its users see it: what somebody has received is invisible for a while. */
export interface Queue extends SearchQueue {
  /** As a peek, with when each was sent. */
  look(count: number): PeekedMessage[];
  remove(ticket: Ticket): Promise<'removed' | 'gone'>;
}

export function queueIn({ queues, fresh }: Memory, name: keyof Memory['queues'], now: () => number): Queue {
  const messages = queues[name];
  const visible = (count: number) =>
    [...messages].filter(([, { hiddenUntil }]) => hiddenUntil <= now()).slice(0, count);
  return {
    look: (count) => visible(count).map(([, { text, sentAt }]) => ({ text, sentAt })),
    async peek(count) {
      return visible(count).map(([, { text }]) => text);
    },
    async receive(count, visibilityMs) {
      return visible(count).map(([messageId, { text, sentAt }]) => {
        const popReceipt = fresh();
        // A message that was received goes to the end, as it does in the service when it is given back.
        messages.delete(messageId);
        messages.set(messageId, { popReceipt, text, sentAt, hiddenUntil: now() + visibilityMs });
        return { messageId, popReceipt, text };
      });
    },
    async giveBack({ messageId, popReceipt }) {
      const message = messages.get(messageId);
      if (message?.popReceipt === popReceipt) message.hiddenUntil = 0;
    },
    async remove({ messageId, popReceipt }) {
      if (messages.get(messageId)?.popReceipt !== popReceipt) return 'gone';
      messages.delete(messageId);
      return 'removed';
    },
  };
}

/** Puts a message into a queue, as anybody may. */
export function putMessage(
  { queues, fresh }: Memory,
  queue: keyof Memory['queues'],
  text: string,
  sentAt: number,
): Ticket {
  const ticket = { messageId: fresh(), popReceipt: fresh() };
  queues[queue].set(ticket.messageId, { popReceipt: ticket.popReceipt, text, sentAt, hiddenUntil: 0 });
  return ticket;
}
