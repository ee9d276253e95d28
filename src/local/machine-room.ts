import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killLeftOver } from '../agent/left-over.ts';
import type { Power } from '../core/world.ts';
import { builtPath } from './built.ts';
import { type Child, startChild } from './child.ts';
import type { GuestPlan } from './guest-plan.ts';
import type { RunFolder } from './run-folder.ts';

const agentFile = builtPath('agent/rouse-agent.mjs');

/** What an agent is told: in Azure by the VM's image and its metadata service, here by its environment. */
export interface MachineSetup {
  name: string;
  /** The address that its calls come from; '' = the system's choice. */
  address: string;
  identity: { IDENTITY_ENDPOINT: string; IDENTITY_HEADER: string };
}

/** Where the agents work. */
export interface Surroundings {
  folder: RunFolder;
  plan: GuestPlan;
  endpoint: string;
  functionKey: string;
  blobUrl: string;
  queueUrl: string;
}

/** The VMs as processes: the real agent runs while ARM says `running`. */
export interface MachineRoom {
  /** Does what a new power state means for a VM's process. */
  power(name: string, power: Power): void;
  /** Ends all agents, in order; no new one is started. */
  close(): Promise<void>;
}

/** Makes the VMs' side of the world. Losing power kills: an agent gets no warning, as in Azure it may get none. */
export function makeMachineRoom(setups: readonly MachineSetup[], around: Surroundings): MachineRoom {
  const byName = new Map(setups.map((setup) => [setup.name.toLowerCase(), setup]));
  const agents = new Map<string, Child>();
  /** Machines whose processes are being ended, by name. */
  const leaving = new Map<string, Promise<void>>();
  let closed = false;

  async function switchOn(key: string, setup: MachineSetup): Promise<void> {
    await leaving.get(key);
    if (closed || agents.has(key)) return;
    agents.set(key, startAgent(setup, around));
  }

  /** A machine that loses power takes all its processes with it. */
  async function cleanUp(key: string, agent: Child): Promise<void> {
    await agent.exited;
    const setup = byName.get(key);
    if (setup)
      await killLeftOver(workFolderOf(setup, around), true).catch((error: unknown) => {
        // One guest that is left is no reason to end the world; its user is told.
        console.error(`rouse: a guest program of ${setup.name} may still run: ${error}`);
      });
    leaving.delete(key);
  }

  return {
    power(name, power) {
      const key = name.toLowerCase();
      const setup = byName.get(key);
      const agent = agents.get(key);
      if (power === 'running' && setup) {
        void switchOn(key, setup);
      } else if (power !== 'running' && agent) {
        agents.delete(key);
        agent.kill();
        leaving.set(key, cleanUp(key, agent));
      }
    },
    async close() {
      closed = true;
      const ending = [...agents].map(async ([key, agent]) => {
        await agent.stop();
        await cleanUp(key, agent);
      });
      await Promise.all([...ending, ...leaving.values()]);
    },
  };
}

function startAgent(setup: MachineSetup, around: Surroundings): Child {
  const workFolder = workFolderOf(setup, around);
  mkdirSync(workFolder, { recursive: true });
  const configFile = join(workFolder, 'agent.json');
  writeFileSync(configFile, JSON.stringify(configOf(setup, workFolder, around), null, 2));
  return startChild([agentFile, 'run', '--config', configFile], {
    cwd: workFolder,
    logFile: join(around.folder.logs, `${setup.name}.log`),
    env: {
      PATH: process.env.PATH,
      SystemRoot: process.env.SystemRoot,
      ...setup.identity,
      NODE_EXTRA_CA_CERTS: around.folder.certFile,
      ROUSE_FUNCTION_KEY: around.functionKey,
    },
  });
}

function workFolderOf(setup: MachineSetup, around: Surroundings): string {
  return join(around.folder.vms, setup.name);
}

/** Intervals in proportion to the box's leases. */
function configOf(setup: MachineSetup, workFolder: string, around: Surroundings): object {
  const { guests, default: other } = around.plan;
  return {
    vmName: setup.name,
    endpoint: around.endpoint,
    ...(setup.address && { localAddress: setup.address }),
    storage: { blobUrl: around.blobUrl, queueUrl: around.queueUrl },
    workFolder,
    guests,
    ...(other && { default: other }),
    peekSeconds: 1,
    askSeconds: 2,
    renewSeconds: 3,
    callSeconds: 10,
  };
}
