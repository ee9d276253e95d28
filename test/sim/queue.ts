import type { SearchQueue } from '../../src/core/search.ts';
import type { Ticket } from '../../src/core/vm.ts';
import type { Clock } from './clock.ts';
import type { Memory } from './memory.ts';

/** The queue as programs on VMs see it: what somebody has received is invisible for a while. */
export interface Queue extends SearchQueue {
  remove(ticket: Ticket): Promise<void>;
}

export function queueOf({ messages, fresh }: Memory, clock: Clock, hiddenUntil: Map<string, number>): Queue {
  const visible = () => [...messages].filter(([id]) => (hiddenUntil.get(id) ?? 0) <= clock.now());
  return {
    async peek(count) {
      return visible()
        .slice(0, count)
        .map(([, { text }]) => text);
    },
    async receive(count, visibilityMs) {
      return visible()
        .slice(0, count)
        .map(([messageId, { text }]) => {
          const popReceipt = fresh();
          messages.delete(messageId);
          messages.set(messageId, { popReceipt, text });
          hiddenUntil.set(messageId, clock.now() + visibilityMs);
          return { messageId, popReceipt, text };
        });
    },
    async giveBack({ messageId, popReceipt }) {
      if (messages.get(messageId)?.popReceipt === popReceipt) hiddenUntil.delete(messageId);
    },
    async remove({ messageId, popReceipt }) {
      if (messages.get(messageId)?.popReceipt === popReceipt) messages.delete(messageId);
    },
  };
}
