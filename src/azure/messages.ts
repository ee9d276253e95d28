import type { QueueClient } from '@azure/storage-queue';
import { encodeMessage } from '../core/message.ts';
import type { Messages } from '../core/world.ts';
import { isSpoiled, isStatus, translated, unless } from './errors.ts';
import type { Storage } from './storage.ts';

/** A backlog may be older than the seven days after which the service drops a message by default. */
const forever = { messageTimeToLive: -1 };

/** The queue that the VMs look at, and the poison queues beside ours. */
export function azureMessages({ queueprocessing, queuelog, queues }: Storage): Messages {
  return {
    send: (message) =>
      translated(async () => {
        const { messageId, popReceipt } = await queueprocessing.sendMessage(encodeMessage(message), forever);
        return { messageId, popReceipt };
      }),
    async remove({ messageId, popReceipt }) {
      // A pop receipt is good until somebody receives the message. Azure then says that the message is not found,
      // Azurite that the receipt does not match; it is the same answer.
      await unless(() => queueprocessing.deleteMessage(messageId, popReceipt), isSpoiled);
    },
    async poison(queue, text) {
      const { name } = queue === 'processing' ? queueprocessing : queuelog;
      await sendCreating(queues.getQueueClient(`${name}-poison`), text);
    },
  };
}

/** Sends to a queue that is made when it is first needed. */
async function sendCreating(queue: QueueClient, text: string): Promise<void> {
  const sent = await unless(
    () => queue.sendMessage(text, forever),
    (error) => isStatus(error, 404, 'QueueNotFound'),
  );
  if (sent) return;
  await translated(async () => {
    await queue.createIfNotExists();
    await queue.sendMessage(text, forever);
  });
}
