import { decodeWork } from './message.ts';
import type { ReceivedMessage } from './search.ts';
import type { Turn } from './turn.ts';
import { sameName } from './vm.ts';
import type { World } from './world.ts';

/** A message younger than this may be about something that is just being written. */
const oldMs = 2 * 60_000;
/** For how long a received message is out of everybody's sight, should it not be given back. */
const hiddenMs = 30_000;

type Worth = 'live' | 'stale' | 'garbage';

/**
 * Cleans the VMs' queue of messages that tell of nothing any more, and moves what nobody can read to its poison queue. Looks at the first
 * 32 without touching them; only if one that is old is of no worth they are received, and the others given back. Returns how many went.
 */
export async function cleanMessages(turn: Turn, world: World): Promise<number> {
  const peeked = await world.messages.peek('processing');
  const isWaste = async ({ text, sentAt }: (typeof peeked)[number]) =>
    world.now() - sentAt > oldMs && isWorthless(await turn.attempt(() => worthOf(text, world)));
  if (!(await someOf(peeked, isWaste))) return 0;

  let cleaned = 0;
  for (const message of await world.messages.receive('processing', hiddenMs)) {
    // Whatever goes wrong about one, the others do not stay out of sight for it.
    const worth = await turn.attempt(() => worthOf(message.text, world));
    if (isWorthless(worth)) {
      if (worth === 'garbage') await setAside(message, world);
      await world.messages.remove(message, 'processing');
      cleaned += 1;
    } else await world.messages.giveBack(message, 'processing');
  }
  return cleaned;
}

function isWorthless(worth: Worth | undefined): boolean {
  return worth === 'stale' || worth === 'garbage';
}

/** A message is live while its job is assigned to its VM at its attempt: what has been begun or has ended needs none. */
async function worthOf(text: string, world: World): Promise<Worth> {
  const work = decodeWork(text);
  if (!work) return 'garbage';
  const job = await world.jobs.read(work.jobId);
  if (!job) return 'garbage';
  return job.state === 'assigned' && job.attempt === work.attempt && sameName(job.vmName, work.vmName)
    ? 'live'
    : 'stale';
}

async function setAside({ text }: ReceivedMessage, world: World): Promise<void> {
  await world.messages.poison('processing', text);
  await world.log({
    writer: 'Watchdog',
    level: 'warning',
    event: 'unreadable',
    message: `a message in the work queue is of no job that there is and was moved to its poison queue: ${text.slice(0, 200)}`,
    at: world.now(),
  });
}

async function someOf<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (await holds(item)) return true;
  return false;
}
