import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAgentStorage, tokenSource } from '../azure/agent.ts';
import { accessBlob, holdAccess } from './access.ts';
import type { AgentConfig } from './config.ts';
import { connectEndpoint } from './endpoint.ts';
import { clearFolders, closeFolder, openFolder } from './folders.ts';
import { runGuest } from './guest.ts';
import { type Address, identityIn, mustBeFencedIn } from './guest-firewall.ts';
import { giveFolder, makeTemporaryFolder, mustSuitGuests, readOutput } from './guest-folder.ts';
import { endAllOf } from './guest-user.ts';
import { type Journal, openJournal } from './journal.ts';
import { forgetGuest, killLeftOver, noteGuest } from './left-over.ts';
import { ofMachine } from './unfit.ts';
import type { AgentWorld } from './world.ts';

/** The longest time that a timer can be set for, in 32 bits: 24 days. */
const timerMsMax = 2 ** 31 - 1;

/** The real world of an agent: the functions, the storage, this machine. */
export interface Connected {
  world: AgentWorld;
  storage: ReturnType<typeof connectAgentStorage>;
  journal: Journal;
}

/** Puts the real world together. Nothing is asked of it yet. At `identity` are the tokens that guest programs must not reach. */
export function connectAgent(
  config: AgentConfig,
  identity: Address | undefined = identityIn(process.env),
): Connected {
  const { workFolder, guestUser } = config;
  const storage = connectAgentStorage({ ...config.storage, names: config.storage });
  const journal = openJournal(config.vmName, storage.sendLog);
  const access = holdAccess(config.storage.config, () => storage.readConfig(accessBlob));
  const output = <T>(path: string, use: (path: string) => Promise<T>): Promise<T> =>
    guestUser ? readOutput(path, guestUser, use) : use(path);
  const world: AgentWorld = {
    ...connectEndpoint(config, { access, token: tokenSource() }),
    peek: storage.peek,
    download: storage.download,
    uploadResult: (name, path, signal) =>
      output(path, (opened) => storage.uploadResult(name, opened, signal)),
    handOn: (name, path, metadata, signal) =>
      output(path, (opened) => storage.handOn(name, opened, metadata, signal)),
    log: journal.write,
    now: () => performance.now(),
    random: Math.random,
    // It rejects only when the signal fires. A timer that is set for more runs out at once.
    sleep: (ms, signal) => sleep(Math.min(ms, timerMsMax), undefined, { signal }).catch(() => undefined),
    async openFolder(claim, extension) {
      if (guestUser) await endAllOf(guestUser);
      return await ofMachine(openFolder(workFolder, claim, extension, guestUser && 0o700));
    },
    closeFolder: (claim) => closeFolder(workFolder, claim),
    async clearFolders() {
      await mkdir(workFolder, { recursive: true });
      if (guestUser) await mustSuitGuests(workFolder);
      await killLeftOver(workFolder);
      if (guestUser) await endAllOf(guestUser);
      await clearFolders(workFolder);
      if (guestUser && identity) await mustBeFencedIn(guestUser, identity);
    },
    async run(run, signal) {
      const consolePath = join(workFolder, 'console', `${run.action}.log`);
      try {
        const environment = {
          ...run.environment,
          ...(guestUser && (await ofMachine(makeTemporaryFolder(run.folder)))),
        };
        if (guestUser) await ofMachine(giveFolder(run.folder, guestUser));
        const note = (pid: number): void => noteGuest(workFolder, pid);
        return await runGuest({ ...run, environment, user: guestUser }, consolePath, note, signal);
      } finally {
        forgetGuest(workFolder);
        if (guestUser) await endAllOf(guestUser);
      }
    },
  };
  return { world, storage, journal };
}
