import { defaultRules } from '../../src/core/rules.ts';
import type { Opened } from '../contract/opened.ts';
import { describeWorld } from '../contract/world.ts';
import { sampleVm } from '../core/samples.ts';
import { emptyMemory, type Memory } from './memory.ts';
import { memoryWorld } from './world.ts';

const at = 1_700_000_000_000;
const machines = ['vm-a', 'vm-b'];

describeWorld('the world in memory', async () => {
  const memory = emptyMemory();
  for (const name of machines) memory.powers.set(name, 'deallocated');
  const world = memoryWorld(memory, defaultRules, { now: () => at, random: () => 0.5 });
  return { world, machines, close: async () => {}, ...handsOn(memory) };
});

function handsOn(memory: Memory): Omit<Opened, 'world' | 'machines' | 'close'> {
  const { vms, queues, results, files, fresh } = memory;
  const textsIn = (queue: keyof Memory['queues']) => [...queues[queue].values()].map(({ text }) => text);
  return {
    async addVms(names) {
      for (const name of names) vms.set(name, sampleVm({ name, version: fresh() }));
    },
    async editVm(name, columns) {
      vms.set(name, { ...sampleVm({ name }), ...vms.get(name), ...columns, version: fresh() });
    },
    async removeVm(name) {
      vms.delete(name);
    },
    async upload(fileName, metadata = {}) {
      const lower = Object.entries(metadata).map(([key, value]) => [key.toLowerCase(), value]);
      const facts = { fileName, etag: fresh(), sizeBytes: 1, modifiedAt: at };
      files.set(fileName, { ...facts, metadata: Object.fromEntries(lower) });
    },
    peek: async () => textsIn('processing'),
    async take() {
      for (const message of queues.processing.values()) message.popReceipt = fresh();
    },
    poisoned: async (queue) => textsIn(`${queue}-poison`),
    async result(jobId) {
      const job = results.get(jobId);
      return job && { vmName: job.vmName, resultName: job.resultName };
    },
  };
}
