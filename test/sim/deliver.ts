import { assign } from '../../src/core/assign.ts';
import { jobIdOf } from '../../src/core/job.ts';
import { encodeMessage } from '../../src/core/message.ts';
import { invoke } from './invoke.ts';
import { putMessage } from './queue.ts';
import { count, type Sim, type Upload } from './sim.ts';

const triesMax = 5;
const redeliverMs = 10 * 60_000;

/** Uploads a file, and has its event delivered: mostly once, sometimes more often, sometimes never. */
export function uploadTo(
  sim: Sim,
  fileName: string,
  metadata: Record<string, string>,
  fate: Upload['fate'],
): void {
  const { memory, dice, clock, faults } = sim;
  const etag = memory.fresh();
  for (const upload of sim.uploads) if (upload.fileName === fileName) upload.isTaken = true;
  memory.files.set(fileName, { fileName, etag, sizeBytes: 1, modifiedAt: clock.now(), metadata });
  sim.uploads.push({ fileName, etag, jobId: jobIdOf(fileName, etag), isTaken: false, fate });
  if (dice.chance(faults.missed)) return;
  if (dice.chance(faults.givenUp)) {
    giveUp(fileName, sim);
    return;
  }
  do deliver(sim, fileName, 1);
  while (dice.chance(faults.repeated));
}

/** Delivers a blob's event; one that fails comes again, up to five times. */
function deliver(sim: Sim, fileName: string, tries: number): void {
  const { clock, dice } = sim;
  const again = () => (tries < triesMax ? deliver(sim, fileName, tries + 1) : giveUp(fileName, sim));
  clock.after(dice.between(0, 60_000), () => {
    let isOver = false;
    const over = (ok: boolean) => {
      if (!isOver && !ok) again();
      isOver = true;
    };
    invoke({ verb: 'assign' }, (world) => assign(fileName, world), sim).then(
      () => over(true),
      () => over(false),
    );
    clock.after(redeliverMs, () => over(false));
  });
}

/** What the host leaves of an event that has failed five times. */
function giveUp(fileName: string, sim: Sim): void {
  count(sim, 'event given up');
  const event = {
    FunctionId: 'Host.Functions.funcBlobDataProcessing',
    BlobType: 'BlockBlob',
    ContainerName: 'data',
    BlobName: fileName,
    ETag: sim.memory.files.get(fileName)?.etag ?? '',
  };
  putMessage(sim.memory, 'blob-poison', encodeMessage(event), sim.clock.now());
}
