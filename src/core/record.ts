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
  const event = decodeLogEvent(entry);
  if (event) {
    const { vmName, fileName } = event;
    await world.log({
      writer: 'Vmagent',
      level: levelOf(event.level),
      event: event.event.slice(0, 63),
      message: event.message.slice(0, textLengthMax),
      vmName: vmName.slice(0, 64),
      ...(fileName && { fileName: fileName.slice(0, 1024) }),
      at: world.now(),
    });
    return;
  }
  const text = typeof entry === 'string' ? entry : (JSON.stringify(entry) ?? '');
  await world.messages.poison('log', text);
  await world.log({
    writer: 'Vmagent',
    level: 'warning',
    event: 'unreadable',
    message: `a message in the log queue could not be read and was moved to its poison queue: ${text.slice(0, 200)}`,
    at: world.now(),
  });
}

function levelOf(text: string): LogLevel {
  const level = text.toLowerCase();
  if (level.startsWith('err') || level === 'critical' || level === 'fatal') return 'error';
  return level.startsWith('warn') ? 'warning' : 'info';
}
