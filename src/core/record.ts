import { isJobId } from './job.ts';
import type { LogLevel } from './log.ts';
import { decodeLogEvent } from './message.ts';
import type { World } from './world.ts';

/** Most that a log row keeps of a text from outside. */
const textLengthMax = 4000;

/**
 * Records what a VM said through `queuelog` as a row of `tbllog`. What cannot be read is moved to the poison queue and
 * leaves a row that says so. Takes the queue's text, or what the host made of it.
 */
export async function record(entry: unknown, world: World): Promise<void> {
  const item = entry instanceof Uint8Array ? Buffer.from(entry).toString('utf8') : entry;
  const event = decodeLogEvent(item);
  if (event) {
    const { vmName, fileName, jobId } = event;
    await world.log({
      writer: 'Vmagent',
      level: levelOf(event.level),
      event: cut(event.event, 63),
      message: cut(event.message, textLengthMax),
      vmName: cut(vmName, 64),
      ...(fileName && { fileName: cut(fileName, 1024) }),
      ...(jobId && isJobId(jobId) && { jobId }),
      at: world.now(),
    });
    return;
  }
  const text = poisonText(item);
  await world.messages.poison('log', text);
  await world.log({
    writer: 'Vmagent',
    level: 'warning',
    event: 'unreadable',
    message: `a message in the log queue could not be read and was moved to its poison queue: ${cut(text, 200)}`,
    at: world.now(),
  });
}

/** What no message can hold: they travel in XML (XML 1.0, 2.2). */
const notInMessages = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** An item's text: as it is, or as JSON where the host has parsed it or no message could hold it. */
function poisonText(item: unknown): string {
  if (typeof item === 'string' && item.search(notInMessages) < 0) return item;
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return (JSON.stringify(item) ?? '').replace(notInMessages, escaped);
}

/** A text cut to a length; half a character, of the cut or as it came, becomes U+FFFD: no table takes it. */
function cut(text: string, length: number): string {
  return Buffer.from(text.slice(0, length), 'utf8').toString('utf8');
}

function levelOf(text: string): LogLevel {
  const level = text.toLowerCase();
  if (level.startsWith('err') || level === 'critical' || level === 'fatal') return 'error';
  return level.startsWith('warn') ? 'warning' : 'info';
}
