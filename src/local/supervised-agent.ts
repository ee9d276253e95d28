import { killLeftOver } from '../agent/left-over.ts';
import { type MachineSetup, type Surroundings, startAgent, workFolderOf } from './agent-process.ts';
import type { Child } from './child.ts';

/** A VM's agent under the VM's service manager: it runs while the machine is on, and is started again when it ends. */
export interface SupervisedAgent {
  /** Its process id; undefined while it does not run. */
  pid(): number | undefined;
  switchOn(): void;
  /** Takes the machine's power away: an agent gets no warning, as in Azure it may get none. */
  switchOff(): void;
  /**
   * Kills the agent, as a system that is out of memory does. It is started again like any that ends, unless the machine `hangs`:
   * then nothing more runs there until it has been off. False if the agent does not run.
   */
  kill(options: { hangs: boolean }): boolean;
  /** Ends it in order, and whatever it left running. */
  close(): Promise<void>;
}

/** Puts an agent under supervision; the machine is off. `restartMs` is systemd's `RestartSec`, in proportion to the box's times. */
export function superviseAgent(setup: MachineSetup, around: Surroundings, restartMs = 1000): SupervisedAgent {
  let child: Child | undefined;
  let isOn = false;
  let hangs = false;
  let restart: NodeJS.Timeout | undefined;
  /** The clean-up after the machine was last switched off. */
  let leaving: Promise<void> = Promise.resolve();

  function run(): void {
    if (!isOn || child) return;
    const started = startAgent(setup, around);
    child = started;
    void started.exited.then(() => {
      if (child !== started) return;
      child = undefined;
      if (isOn && !hangs) restart = setTimeout(run, restartMs);
    });
  }

  function takeOff(): Child | undefined {
    const running = child;
    child = undefined;
    isOn = false;
    clearTimeout(restart);
    return running;
  }

  /** A machine that loses power takes all its processes with it. */
  async function cleanUp(agent: Child | undefined): Promise<void> {
    await agent?.exited;
    await killLeftOver(workFolderOf(setup, around), true).catch((error: unknown) => {
      // One guest that is left is no reason to end the world; its user is told.
      console.error(`rouse: a guest program of ${setup.name} may still run: ${error}`);
    });
  }

  return {
    pid: () => child?.pid,
    switchOn() {
      isOn = true;
      hangs = false;
      const left = leaving;
      // Switched off again meanwhile, it waits for that too.
      void left.then(() => left === leaving && run());
    },
    switchOff() {
      if (!isOn) return;
      const agent = takeOff();
      agent?.kill();
      leaving = leaving.then(() => cleanUp(agent));
    },
    kill(options) {
      if (!child) return false;
      hangs = options.hangs;
      child.kill();
      return true;
    },
    async close() {
      const agent = takeOff();
      await agent?.stop();
      await leaving;
      await cleanUp(agent);
    },
  };
}
