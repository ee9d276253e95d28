import { setTimeout as sleep } from 'node:timers/promises';
import type { Box } from '../../src/local/box.ts';
import type { Dice } from '../sim/dice.ts';
import { loseEvents } from './lost-events.ts';
import type { Network } from './network.ts';
import { standStill } from './stand-still.ts';
import type { Turns } from './turns.ts';
import { isProcessing, pickVictim, type Victim } from './victims.ts';

/** What strikes meet. */
export interface Scene {
  box: Box;
  network: Network;
  dice: Dice;
  /** Fires when no more harm is to be done: what stands still goes on at once. */
  over: AbortSignal;
  /** Nothing else is written to the storage past the network while one of these works is under way. */
  turns: Turns;
  count(what: string, times?: number): void;
  /** Keeps a line for who has to find out what happened. */
  note(at: number, line: string): void;
}

/**
 * All that is done to the processes of a world. Each resolves when what it struck is up again or is another's business, with a word
 * on it; undefined if there was nobody to strike.
 */
export const strikes = {
  /** SIGKILL to an agent; its service manager starts it again. */
  agent: onVm((victim, scene) => killAgent(victim, scene, { hangs: false })),
  /** The same on a machine that then hangs: on, and silent. */
  hang: onVm((victim, scene) => killAgent(victim, scene, { hangs: true })),
  /** An agent stands still, perhaps for longer than its lease, and then goes on as if nothing had been. */
  pause: onVm(async ({ name }, { box, dice, over }) => {
    const pid = box.machines.agent(name).pid();
    if (pid !== undefined) await standStill(pid, dice.between(1000, 25_000), over);
  }),
  /** A guest program shuts its VM down. */
  'shut down': onVm(async ({ name }, { box }) => box.arm.switchOff(name)),
  /** Somebody, or Azure, deallocates a VM. */
  evict: onVm(async ({ name }, { box }) => box.arm.deallocate(name)),
  /** A VM loses its host and boots again by itself. */
  reboot: onVm(async ({ name }, { box }) => box.arm.crash(name)),
  /** SIGKILL to the Functions host, some of whose events are lost; it is started again. */
  async host({ box, dice, over, count }) {
    box.host.child.kill();
    await box.host.child.exited;
    // Nothing of it if the storage is down as well.
    const lost = await loseEvents(box, dice).catch(() => 0);
    count('event lost', lost);
    await wait(dice.between(0, 2000), over);
    await insist(box.host.restart);
    return `up again, ${lost} events were lost`;
  },
  /** The storage answers nothing for a while. */
  async 'freeze storage'({ box, dice, over }) {
    await standStill(box.azurite.pid, dice.between(1000, 4000), over);
    return 'goes on';
  },
  /**
   * The storage goes down and comes up again. Azurite forgets the writes of the last seconds when it is killed, which Azure does
   * not, so it ends in order, with the line cut: what it has acknowledged is on its disk.
   */
  async 'restart storage'({ box, network, turns }) {
    await turns(async () => {
      await network.part();
      await box.azurite.stop();
      await insist(box.azurite.restart);
      network.join();
    });
    return 'up again';
  },
} satisfies Record<string, (scene: Scene) => Promise<string | undefined>>;

export type Strike = keyof typeof strikes;

/** Strikes that must not overlap with each other: they strike the same process. */
export const lanes: Partial<Record<Strike, string>> = {
  host: 'host',
  'freeze storage': 'storage',
  'restart storage': 'storage',
};

/** A strike on one of the VMs; its name is the word on it. */
function onVm(strike: (victim: Victim, scene: Scene) => Promise<void>) {
  return async (scene: Scene): Promise<string | undefined> => {
    const victim = await pickVictim(scene.box, scene.dice);
    if (victim) await strike(victim, scene);
    return victim?.name;
  };
}

/** Counts a kill whose file was in work, as its job's row says after it. */
async function killAgent(victim: Victim, { box, count }: Scene, options: { hangs: boolean }): Promise<void> {
  box.machines.agent(victim.name).kill(options);
  if (await isProcessing(box, victim).catch(() => false)) count('at work');
}

async function wait(ms: number, over: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: over }).catch(() => {});
}

/** Its port may be taken for a moment, by a connection of somebody else. */
async function insist(start: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await start();
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
