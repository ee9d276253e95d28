import { order } from '../../src/core/order.ts';
import { type Order, type OrderVerb, orderVerbs, permittedOrders } from '../../src/core/orders.ts';
import { queueDeeds } from './deeds-queue.ts';
import { rowDeeds } from './deeds-rows.ts';
import { invoke } from './invoke.ts';
import { evictMachine, powerOf, restartMachine, startMachine } from './machines.ts';
import { count, type Machine, note, type Sim } from './sim.ts';

/** What people do to files and machines, and the orders that they give. */
const otherDeeds = {
  overwrite(sim: Sim) {
    const file = sim.dice.pick([...sim.memory.files.values()]);
    if (file) sim.upload(file.fileName, file.metadata, 'ok');
  },
  uploadAgain(sim: Sim) {
    const file = sim.dice.pick(sim.uploads);
    if (file) sim.upload(file.fileName, {}, 'ok');
  },
  deleteBlob(sim: Sim) {
    const file = sim.dice.pick([...sim.memory.files.values()]);
    if (!file) return;
    sim.memory.files.delete(file.fileName);
    for (const upload of sim.uploads) if (upload.fileName === file.fileName) upload.isTaken = true;
  },
  switchOff(sim: Sim) {
    const machine = someMachine(sim);
    if (machine && powerOf(machine, sim) === 'running') evictMachine(machine, sim);
  },
  switchOn(sim: Sim) {
    const machine = someMachine(sim);
    if (!machine || powerOf(machine, sim) !== 'deallocated') return;
    try {
      startMachine(machine, sim);
    } catch {
      // Refused: then not.
    }
  },
  restart(sim: Sim) {
    const machine = someMachine(sim);
    if (machine && powerOf(machine, sim) === 'running') restartMachine(machine, sim);
  },
  order(sim: Sim) {
    const { dice, memory } = sim;
    const job = dice.pick([...memory.jobs.values()]);
    if (!job) return;
    const { id: jobId } = job;
    // Mostly one that its state permits, as far as people can see it.
    const verb = dice.pick(dice.chance(0.8) ? permittedOrders(job) : orderVerbs);
    if (!verb) return;
    const given = orderOf(verb, sim);
    const on = { jobId, ...(given.verb === 'assign' && { vmName: given.vmName }) };
    invoke({ verb: 'order', ...on }, (world) => order(jobId, given, world), sim).then(
      () => count(sim, `order ${verb} done`),
      (error: unknown) => count(sim, `order ${verb} ${codeOf(error)}`),
    );
  },
};

export const deeds = { ...rowDeeds, ...queueDeeds, ...otherDeeds };

/** How often each deed is picked beside the others. */
const orderWeight = 30;
const picks = (Object.keys(deeds) as (keyof typeof deeds)[]).flatMap((deed) =>
  Array<typeof deed>(deed === 'order' ? orderWeight : 1).fill(deed),
);

/** One thing that people do. */
export function operate(sim: Sim): void {
  const deed = sim.dice.pick(picks);
  if (!deed) return;
  count(sim, `deed ${deed}`);
  note(sim, () => `operator: ${deed}`);
  deeds[deed](sim);
}

function orderOf(verb: OrderVerb, { dice, memory }: Sim): Order {
  if (verb !== 'assign') return { verb };
  return { verb, vmName: dice.pick([...memory.vms.keys()]) ?? 'vm01' };
}

function someMachine({ dice, machines }: Sim): Machine | undefined {
  return dice.pick([...machines.values()]);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : 'thrown';
}
