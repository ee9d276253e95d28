import { decodeWork, type WorkMessage } from './message.ts';
import { sameName, type Ticket } from './vm.ts';

/** The most that a queue hands out in one call (Get Messages and Peek Messages of the queue service). */
const batchCount = 32;

/** Batches that one search looks at: more than the messages of any pool that one queue serves. */
const batchesMax = 64;

/** A message that was received: invisible to others until its time is over or it is given back. */
export interface ReceivedMessage extends Ticket {
  text: string;
}

/** What looking for a VM's messages asks of the queue. */
export interface SearchQueue {
  /** The texts of up to `count` messages, with no effect on anybody. */
  peek(count: number): Promise<string[]>;
  /** Takes up to `count` messages, which nobody else sees for `visibilityMs`. */
  receive(count: number, visibilityMs: number): Promise<ReceivedMessage[]>;
  /** Makes a received message visible again at once; one that was received by another since is left alone. */
  giveBack(message: ReceivedMessage): Promise<void>;
}

/** The messages for this VM among the first 32 of the queue. Changes nothing. */
export async function peekFor(vmName: string, queue: Pick<SearchQueue, 'peek'>): Promise<WorkMessage[]> {
  const texts = await queue.peek(batchCount);
  return texts.flatMap((text) => ownWork(text, vmName) ?? []);
}

/**
 * Finds the first message for this VM and keeps it, invisible to others for `visibilityMs`; all others are given back.
 * Undefined if the queue holds none for it.
 *
 * A message given back goes to the end of the queue, so each batch brings the next ones, also those that stand behind
 * many others, until one brings nothing new. Nothing is ever deleted: what cannot be read is the watchdog's. How often
 * a message was received says nothing about it, because every searching VM receives those of all others.
 */
export async function searchFor(
  vmName: string,
  queue: Omit<SearchQueue, 'peek'>,
  visibilityMs = 30_000,
): Promise<{ work: WorkMessage; received: ReceivedMessage } | undefined> {
  const seen = new Set<string>();
  for (let batches = 0; batches < batchesMax; batches++) {
    const batch = await queue.receive(batchCount, visibilityMs);
    const [own] = batch.flatMap((received) => {
      const work = ownWork(received.text, vmName);
      return work ? { work, received } : [];
    });
    const others = batch.filter((received) => received !== own?.received);
    // One that could not be given back becomes visible by itself when its short time is over.
    await Promise.allSettled(others.map((received) => queue.giveBack(received)));
    if (own) return own;

    if (batch.every((received) => seen.has(received.messageId))) return undefined;
    for (const received of batch) seen.add(received.messageId);
  }
  return undefined;
}

function ownWork(text: string, vmName: string): WorkMessage | undefined {
  const work = decodeWork(text);
  return work && sameName(work.vmName, vmName) ? work : undefined;
}
