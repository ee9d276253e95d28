import { type QueueClient, RestError } from '@azure/storage-queue';

/** Sends a message to a poison queue, which is made when it is needed first. */
export async function sendPoison(queue: QueueClient, text: string): Promise<void> {
  try {
    await queue.sendMessage(text);
  } catch (error) {
    if (!(error instanceof RestError && error.statusCode === 404)) throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(text);
  }
}
