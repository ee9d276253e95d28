import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEvent } from '../core/message.ts';
import { messageOf } from './message-of.ts';
import type { AgentEvent } from './world.ts';

/** Events on their way at a time; more only pile up while the queue does not answer. */
const pendingMax = 100;
/** Characters of a message: it fits a queue message of 64 KiB many times over, in any script. */
const messageLengthMax = 4000;

/** Where log events go: as a line to the standard error, and on their way to the queue. */
export interface Journal {
  write(event: AgentEvent): void;
  /** Resolves when all events are sent, or after `msMax`. */
  flush(msMax: number): Promise<void>;
}

/** Opens a journal over what sends one event to the queue. What cannot be sent is at least on the standard error. */
export function openJournal(vmName: string, send: (event: LogEvent) => Promise<void>): Journal {
  const pending = new Set<Promise<void>>();
  const print = (level: string, event: string, message: string, fileName = ''): void => {
    const line = [new Date().toISOString(), level, event, fileName, message].filter(Boolean).join(' ');
    process.stderr.write(`${line.replaceAll('\n', ' | ')}\n`);
  };
  return {
    write({ event, level, message, fileName, jobId }) {
      print(level, event, message, fileName);
      if (pending.size >= pendingMax) return;
      const cut = message.slice(0, messageLengthMax);
      const sending: Promise<void> = send({ vmName, fileName, jobId, message: cut, level, event })
        .catch((error: unknown) => print('warning', 'log-not-sent', messageOf(error)))
        .finally(() => pending.delete(sending));
      pending.add(sending);
    },
    async flush(msMax) {
      const late = new AbortController();
      const given = sleep(msMax, undefined, { signal: late.signal }).catch(() => undefined);
      await Promise.race([Promise.all(pending), given]);
      late.abort();
    },
  };
}
