import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  blobUrl: string;
  queueUrl: string;
}

/** Starts the real agent of a VM. */
export function startAgent(setup: MachineSetup, around: Surroundings): Child {
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
    },
  });
}

/** The disk of a VM, as far as its agent uses it. */
export function workFolderOf(setup: MachineSetup, around: Surroundings): string {
  return join(around.folder.vms, setup.name);
}

/** Intervals in proportion to the box's leases. */
function configOf(setup: MachineSetup, workFolder: string, around: Surroundings): object {
  const { guests, default: other } = around.plan;
  return {
    vmName: setup.name,
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
