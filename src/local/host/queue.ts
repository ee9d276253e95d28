import { type DequeuedMessageItem, type QueueClient, RestError } from '@azure/storage-queue';
import type { QueueOptions } from './host-json.ts';
import type { Invoke } from './invoke.ts';
import { describeError, type Log } from './log.ts';
import { sendPoison } from './poison.ts';
import { type Running, startPolling } from './poll.ts';
import { decodeText, queueMetadata } from './queue-message.ts';
import type { LoadedFunction } from './trigger.ts';

export interface QueueTriggerOptions {
  queue: QueueClient;
  poison: QueueClient;
  /** As in host.json. */
  options: QueueOptions;
  /** How long a received message is hidden; longer than a function may run. */
  hiddenMs: number;
  /** Between two looks at an empty queue, growing from the first to the second. */
  pollMsMin: number;
  pollMsMax: number;
  invoke: Invoke;
  log: Log;
}

/**
 * Runs a function for each message of a queue: deletes it after a success, shows it again after a failure, and moves it to
 * the poison queue after `maxDequeueCount` failures, or at once where it cannot be decoded.
 */
export function startQueue(called: LoadedFunction, trigger: QueueTriggerOptions): Running {
  const { queue, options, pollMsMin, pollMsMax, log } = trigger;
  const inFlight = new Set<Promise<void>>();
  let waitMs = pollMsMin;

  const polling = startPolling(
    `queue ${queue.name}`,
    async () => {
      while (inFlight.size > options.newBatchThreshold) await Promise.race(inFlight);
      const received = await queue.receiveMessages({
        numberOfMessages: options.batchSize,
        visibilityTimeout: Math.ceil(trigger.hiddenMs / 1000),
      });
      for (const message of received.receivedMessageItems) {
        const done = work(called, message, trigger).catch((error) =>
          log('Host', 'warning', `message ${message.messageId} of ${queue.name}: ${describeError(error)}`),
        );
        inFlight.add(done);
        done.finally(() => inFlight.delete(done));
      }
      waitMs = received.receivedMessageItems.length > 0 ? 0 : nextWaitMs(waitMs, pollMsMin, pollMsMax);
      return waitMs;
    },
    pollMsMax,
    log,
  );
  return {
    async stop() {
      await polling.stop();
      await Promise.all(inFlight);
    },
  };
}

function nextWaitMs(waitMs: number, pollMsMin: number, pollMsMax: number): number {
  return Math.min(Math.max(2 * waitMs, pollMsMin), pollMsMax);
}

async function work(
  called: LoadedFunction,
  message: DequeuedMessageItem,
  { queue, poison, options, invoke, log }: QueueTriggerOptions,
): Promise<void> {
  const text = decodeText(message.messageText, options.messageEncoding);
  if (text === undefined) {
    log(
      'Host',
      'warning',
      `message ${message.messageId} of ${queue.name} is not base64, moved to ${poison.name}`,
    );
    return moveToPoison(message, queue, poison);
  }
  const { error } = await invoke(called, { string: text }, queueMetadata(message, text));
  if (error === undefined) return settle(() => queue.deleteMessage(message.messageId, message.popReceipt));
  if (message.dequeueCount >= options.maxDequeueCount) {
    log(
      'Host',
      'warning',
      `message ${message.messageId} of ${queue.name} failed too often, moved to ${poison.name}`,
    );
    return moveToPoison(message, queue, poison);
  }
  const hiddenSeconds = Math.ceil(options.visibilityTimeoutMs / 1000);
  return settle(() => queue.updateMessage(message.messageId, message.popReceipt, undefined, hiddenSeconds));
}

async function moveToPoison(
  message: DequeuedMessageItem,
  queue: QueueClient,
  poison: QueueClient,
): Promise<void> {
  await sendPoison(poison, message.messageText);
  await settle(() => queue.deleteMessage(message.messageId, message.popReceipt));
}

/**
 * Does something to a message, unless it is gone or another's by now. Azure and Azurite call that 404 (`MessageNotFound`) or
 * 400 (`PopReceiptMismatch`).
 */
async function settle(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isLost =
      error instanceof RestError && (error.statusCode === 404 || error.code === 'PopReceiptMismatch');
    if (!isLost) throw error;
  }
}
