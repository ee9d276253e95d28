import { AppError } from '../../src/core/errors.ts';
import { encodeMessage } from '../../src/core/message.ts';
import type { Rules } from '../../src/core/rules.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { Files, Machines, Messages, Power, World } from '../../src/core/world.ts';
import { memoryJobs } from './jobs.ts';
import type { Memory } from './memory.ts';
import { memoryPool } from './pool.ts';

/** Time and chance, both given by whoever runs the world. */
export interface Chance {
  now(): number;
  random(): number;
}

/** The world in memory: every call succeeds at once, and the same calls have the same outcome. */
export function memoryWorld(memory: Memory, rules: Rules, { now, random }: Chance): World {
  return {
    rules,
    now,
    random,
    pool: memoryPool(memory),
    jobs: memoryJobs(memory),
    messages: memoryMessages(memory),
    files: memoryFiles(memory),
    machines: memoryMachines(memory),
    async log(line) {
      memory.log.push({ ...line });
    },
  };
}

function memoryMessages({ messages, poisoned, fresh }: Memory): Messages {
  return {
    async send(message) {
      const ticket = { messageId: fresh(), popReceipt: fresh() };
      messages.set(ticket.messageId, { popReceipt: ticket.popReceipt, text: encodeMessage(message) });
      return ticket;
    },
    async remove({ messageId, popReceipt }) {
      if (messages.get(messageId)?.popReceipt === popReceipt) messages.delete(messageId);
    },
    async poison(queue, text) {
      poisoned.push({ queue, text });
    },
  };
}

function memoryFiles({ files }: Memory): Files {
  return {
    async head(fileName) {
      return structuredClone(files.get(fileName));
    },
    async remove(fileName, etag) {
      const file = files.get(fileName);
      if (!file) return 'gone';
      if (file.etag !== etag) return 'changed';
      files.delete(fileName);
      return 'removed';
    },
  };
}

function memoryMachines({ powers }: Memory): Machines {
  async function turn(vm: Vm, power: Power): Promise<void> {
    const name = vm.name.toLowerCase();
    if (!powers.has(name)) throw new AppError('not_found', `there is no VM ${vm.name}`);
    powers.set(name, power);
  }
  return {
    async powers(vms) {
      const names = vms.map((vm) => vm.name.toLowerCase());
      return new Map(names.map((name) => [name, powers.get(name) ?? 'unknown']));
    },
    // What takes minutes in Azure is done when it is submitted.
    start: (vm) => turn(vm, 'running'),
    deallocate: (vm) => turn(vm, 'deallocated'),
  };
}
