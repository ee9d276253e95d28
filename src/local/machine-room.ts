import assert from 'node:assert/strict';
import type { Power } from '../core/world.ts';
import type { MachineSetup, Surroundings } from './agent-process.ts';
import { type SupervisedAgent, superviseAgent } from './supervised-agent.ts';

/** The VMs as processes: the real agent runs while ARM says `running`. */
export interface MachineRoom {
  /** Does what a new power state means for a VM's processes. */
  power(name: string, power: Power): void;
  /** The agent of a VM, whose name compares without case. */
  agent(name: string): SupervisedAgent;
  /** Ends all agents, in order; no new one is started. */
  close(): Promise<void>;
}

/** Makes the VMs' side of the world. */
export function makeMachineRoom(setups: readonly MachineSetup[], around: Surroundings): MachineRoom {
  const agents = new Map(setups.map((setup) => [setup.name.toLowerCase(), superviseAgent(setup, around)]));
  let isClosed = false;
  return {
    power(name, power) {
      const agent = agents.get(name.toLowerCase());
      if (power !== 'running') agent?.switchOff();
      else if (!isClosed) agent?.switchOn();
    },
    agent(name) {
      const agent = agents.get(name.toLowerCase());
      assert(agent, `there is no VM ${name}`);
      return agent;
    },
    async close() {
      isClosed = true;
      await Promise.all([...agents.values()].map((agent) => agent.close()));
    },
  };
}
