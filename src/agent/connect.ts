import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAgentStorage } from '../azure/agent.ts';
import type { AgentConfig } from './config.ts';
import { connectEndpoint } from './endpoint.ts';
import { clearFolders, closeFolder, openFolder } from './folders.ts';
import { runGuest } from './guest.ts';
import { type Journal, openJournal } from './journal.ts';
import { forgetGuest, killLeftOver, noteGuest } from './left-over.ts';
import type { AgentWorld } from './world.ts';

/** The longest time that a timer can be set for, in 32 bits: 24 days. */
const timerMsMax = 2 ** 31 - 1;

/** The real world of an agent: the functions, the storage, this machine. */
export interface Connected {
  world: AgentWorld;
  storage: ReturnType<typeof connectAgentStorage>;
  journal: Journal;
}

/** Puts the real world together. Nothing is asked of it yet. */
export function connectAgent(config: AgentConfig): Connected {
  const { workFolder } = config;
  const storage = connectAgentStorage({ ...config.storage, names: config.storage });
  const journal = openJournal(config.vmName, storage.sendLog);
  const world: AgentWorld = {
    ...connectEndpoint(config),
    peek: storage.peek,
    download: storage.download,
    uploadResult: storage.uploadResult,
    handOn: storage.handOn,
    log: journal.write,
    now: () => performance.now(),
    random: Math.random,
    // It rejects only when the signal fires. A timer that is set for more runs out at once.
    sleep: (ms, signal) => sleep(Math.min(ms, timerMsMax), undefined, { signal }).catch(() => undefined),
    openFolder: (claim, extension) => openFolder(workFolder, claim, extension),
    closeFolder: (claim) => closeFolder(workFolder, claim),
    async clearFolders() {
      await killLeftOver(workFolder);
      await clearFolders(workFolder);
    },
    async run(run, signal) {
      const consolePath = join(workFolder, 'console', `${run.action}.log`);
      try {
        return await runGuest(run, consolePath, (pid) => noteGuest(workFolder, pid), signal);
      } finally {
        forgetGuest(workFolder);
      }
    },
  };
  return { world, storage, journal };
}
