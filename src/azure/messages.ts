import type { QueueClient } from '@azure/storage-queue';
import { encodeMessage } from '../core/message.ts';
import type { ReceivedMessage } from '../core/search.ts';
import type { Messages, WatchedQueue } from '../core/world.ts';
import { isSpoiled, isStatus, translated, unless } from './errors.ts';
import type { Storage } from './storage.ts';

/** A backlog may be older than the seven days after which the service drops a message by default. */
const forever = { messageTimeToLive: -1 };

/** Where the storage extension leaves blob events that a function has failed five times. */
const blobPoisonQueue = 'webjobs-blobtrigger-poison';

/** The most that one call hands out (Get Messages and Peek Messages of the queue service). */
const batchCount = 32;

/** The queue that the VMs look at, and the poison queues. */
export function azureMessages({ queueprocessing, queuelog, queues }: Storage): Messages {
  const poisonQueueOf = ({ name }: QueueClient) => queues.getQueueClient(`${name}-poison`);
  const watched: Record<WatchedQueue, QueueClient> = {
    processing: queueprocessing,
    'log-poison': poisonQueueOf(queuelog),
    'blob-poison': queues.getQueueClient(blobPoisonQueue),
  };

  return {
    send: (message) =>
      translated(async () => {
        const { messageId, popReceipt } = await queueprocessing.sendMessage(encodeMessage(message), forever);
        return { messageId, popReceipt };
      }),
    async remove({ messageId, popReceipt }, queue = 'processing') {
      // A pop receipt is good until somebody receives the message. Azure then says that the message is not found,
      // Azurite that the receipt does not match; it is the same answer.
      const removed = await unless(() => watched[queue].deleteMessage(messageId, popReceipt), isSpoiled);
      return removed ? 'removed' : 'gone';
    },
    async peek(queue) {
      const peeked = await ifQueue(() => watched[queue].peekMessages({ numberOfMessages: batchCount }));
      return (peeked?.peekedMessageItems ?? []).map(({ messageText, insertedOn }) => ({
        text: messageText,
        sentAt: insertedOn.getTime(),
      }));
    },
    async receive(queue, visibilityMs) {
      const visibilityTimeout = Math.ceil(visibilityMs / 1000);
      const received = await ifQueue(() =>
        watched[queue].receiveMessages({ numberOfMessages: batchCount, visibilityTimeout }),
      );
      return (received?.receivedMessageItems ?? []).map(
        ({ messageId, popReceipt, messageText }): ReceivedMessage => ({
          messageId,
          popReceipt,
          text: messageText,
        }),
      );
    },
    async giveBack({ messageId, popReceipt }, queue) {
      await unless(() => watched[queue].updateMessage(messageId, popReceipt, undefined, 0), isSpoiled);
    },
    async poison(queue, text) {
      await sendCreating(poisonQueueOf(queue === 'processing' ? queueprocessing : queuelog), text);
    },
  };
}

/** The answer, or undefined where the queue is not there: poison queues are made when they are first needed. */
function ifQueue<T>(call: () => Promise<T>): Promise<T | undefined> {
  return unless(call, (error) => isStatus(error, 404, 'QueueNotFound'));
}

/** Sends to a queue that is made when it is first needed. */
async function sendCreating(queue: QueueClient, text: string): Promise<void> {
  if (await ifQueue(() => queue.sendMessage(text, forever))) return;
  await translated(async () => {
    await queue.createIfNotExists();
    await queue.sendMessage(text, forever);
  });
}
