import { parseArgs } from 'node:util';
import { tend } from '../../src/core/tend.ts';
import { medianMs, openBusyTown } from './town.ts';

/**
 * `npm run bench -- tick [--vms N --files N --finished N]`: what one tick of the watchdog costs on Azurite and the emulated ARM, at a pool
 * in which every VM works and all other files wait.
 */
const { values } = parseArgs({
  options: {
    vms: { type: 'string', default: '1000' },
    files: { type: 'string', default: '10000' },
    finished: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '5' },
  },
});
const [vms, files, finished, runs] = [values.vms, values.files, values.finished, values.runs].map(Number) as [
  number,
  number,
  number,
  number,
];

console.log(`preparing ${vms} VMs at work, ${files} open files …`);
const town = await openBusyTown(vms, files);

async function measure(what: string): Promise<void> {
  let lists = 0;
  const { machines } = town.world;
  const counted = {
    ...town.world,
    machines: {
      ...machines,
      powers: (...given: Parameters<typeof machines.powers>) => {
        lists += 1;
        return machines.powers(...given);
      },
    },
  };
  const before = town.operations();
  await tend(counted);
  const operations = town.operations() - before;
  const ms = await medianMs(runs, () => tend(counted));
  console.log(
    `${what.padEnd(44)} ${(ms / 1000).toFixed(2).padStart(6)} s  ${String(operations).padStart(5)} storage calls  ${lists / (runs + 2)} ARM list`,
  );
}

console.log(`a tick, median of ${runs}:`);
await town.hear(Date.now());
await measure('agents that have spoken lately');
await town.finish(finished);
// That took a while: without a word since, each entry would be checked.
await town.hear(Date.now());
await measure(`the same, after ${finished} more finished files`);
await town.hear(Date.now() - 200_000);
await measure('none has spoken lately: each entry is checked');
await town.close();
process.exit(0);
