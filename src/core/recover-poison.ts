import { assign } from './assign.ts';
import { decodeBlobEvent, decodeLogEvent } from './message.ts';
import { record } from './record.ts';
import type { Turn } from './turn.ts';
import type { WatchedQueue, World } from './world.ts';

const hiddenMs = 60_000;
const blobFunction = 'funcBlobDataProcessing';

/**
 * Does what the host has given up after five tries: assigns the files of given-up blob events, and writes the rows of given-up log events.
 * What is not ours, or cannot be read, stays where it is for people; what fails once more is given back, and keeps nothing else from being
 * recovered. Returns how many were.
 */
export async function recoverPoison(turn: Turn, world: World): Promise<number> {
  const blobs = await turn.attempt(() =>
    recover('blob-poison', (text) => recoverBlob(text, world), turn, world),
  );
  const logs = await turn.attempt(() =>
    recover('log-poison', (text) => recoverLog(text, world), turn, world),
  );
  return (blobs ?? 0) + (logs ?? 0);
}

/** What is to be done for a message; undefined if it is to stay. */
type Recovery = (text: string) => (() => Promise<void>) | undefined;

async function recover(queue: WatchedQueue, recovery: Recovery, turn: Turn, world: World): Promise<number> {
  const peeked = await world.messages.peek(queue);
  if (!peeked.some(({ text }) => recovery(text))) return 0;
  let recovered = 0;
  for (const message of await world.messages.receive(queue, hiddenMs)) {
    const work = recovery(message.text);
    const isDone = work && (await turn.attempt(() => work().then(() => true)));
    if (isDone) await world.messages.remove(message, queue);
    else await world.messages.giveBack(message, queue);
    recovered += Number(isDone === true);
  }
  return recovered;
}

function recoverBlob(text: string, world: World): (() => Promise<void>) | undefined {
  const event = decodeBlobEvent(text);
  if (event?.ContainerName !== world.container || !event.FunctionId.endsWith(blobFunction)) return undefined;
  const fileName = event.BlobName;
  return async () => {
    await assign(fileName, world);
    await world.log({
      writer: 'Watchdog',
      level: 'warning',
      event: 'recovered',
      message: `${fileName} was given up by the blob trigger after five tries, and is assigned now`,
      fileName: fileName.slice(0, 1024),
      at: world.now(),
    });
  };
}

function recoverLog(text: string, world: World): (() => Promise<void>) | undefined {
  return decodeLogEvent(text) && (() => record(text, world));
}
