import { describe, expect, it } from 'vitest';
import { assign } from '../../src/core/assign.ts';
import { claim } from '../../src/core/claim.ts';
import { finish } from '../../src/core/finish.ts';
import { release } from '../../src/core/lease.ts';
import { openTown, type Town } from './town.ts';

const ok = { status: 'ok', resultName: 'r', error: '', durationMs: 1 } as const;
const failed = { ...ok, status: 'failed', resultName: '' } as const;

/** The job is where its row says, and nowhere else. */
function expectListed(town: Town, fileName: string): void {
  const job = town.job(fileName);
  const listed = [...town.memory.vms.values()].flatMap((vm) =>
    vm.files.map((entry) => ({ vm: vm.name, ...entry })),
  );
  const indexed = [...town.memory.index.values()].map(({ place, attempt }) => ({ place, attempt }));
  if (job.state === 'received')
    expect({ listed, indexed }).toMatchObject({
      listed: [],
      indexed: [{ place: 'waiting', attempt: job.attempt }],
    });
  else
    expect({ listed, indexed }).toMatchObject({
      listed: [{ vm: job.vmName, attempt: job.attempt }],
      indexed: [],
    });
}

describe('a write that was executed and whose answer was lost', () => {
  it('of an insert: the file is listed all the same', async () => {
    const town = openTown(['vm01']);
    town.upload('a.json');
    town.loseReply('jobs', 'insert');
    await assign('a.json', town.world);
    expectListed(town, 'a.json');
    expect(town.events()).toContain('assigned');
  });

  it('of a listing: the VM is started, and has its message', async () => {
    const town = openTown(['vm01']);
    town.loseReply('pool', 'write');
    await town.arrive('a.json');
    expectListed(town, 'a.json');
    expect(town.memory.powers.get('vm01')).toBe('running');
    expect(town.memory.queues.processing.size).toBe(1);
    expect(town.vm('vm01').files[0]?.ticket).toBeDefined();
  });

  it('of a claim: the file is handed out', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    town.loseReply('jobs', 'write');
    expect((await claim('vm01', town.world)).next).toMatchObject({ state: 'processing', attempt: 1 });
    expectListed(town, 'a.json');
  });

  it('of a success: it is recorded once, and the file deleted', async () => {
    const town = openTown(['vm01']);
    const { id } = await town.arrive('a.json');
    await claim('vm01', town.world);
    town.loseReply('jobs', 'write');
    const report = { vmName: 'vm01', jobId: id, attempt: 1, ...ok };
    expect((await finish(report, town.world)).recorded).toBe('new');
    expect(town.events()).toContain('completed');
    expect(town.memory.results.size).toBe(1);
    expect(town.memory.files.size).toBe(0);
    expect(town.vm('vm01').files).toEqual([]);
  });

  it('of a failure: the file waits for its next run', async () => {
    const town = openTown(['vm01']);
    const { id } = await town.arrive('a.json');
    await claim('vm01', town.world);
    town.loseReply('jobs', 'write');
    await finish({ vmName: 'vm01', jobId: id, attempt: 1, ...failed }, town.world);
    expect(town.job('a.json').failedRuns).toBe(1);
    expectListed(town, 'a.json');
  });

  it('of a script’s failure: the file waits, and the VM is stopped', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    town.loseReply('jobs', 'write');
    const answer = await finish({ vmName: 'vm01', fileName: 'a.json', ...failed }, town.world);
    expect(answer.stop).toBe(true);
    expectListed(town, 'a.json');
  });

  it('of a release: the file is back in line', async () => {
    const town = openTown(['vm01']);
    const { id } = await town.arrive('a.json');
    await claim('vm01', town.world);
    town.loseReply('jobs', 'write');
    await expect(release({ vmName: 'vm01', jobId: id, attempt: 1 }, town.world)).rejects.toMatchObject({
      code: 'lease_lost',
    });
    expectListed(town, 'a.json');
  });
});

describe('a call that was cut off', () => {
  it('after its message could not be sent: the next delivery of the file sends it', async () => {
    const town = openTown(['vm01']);
    const { send } = town.world.messages;
    town.world.messages.send = () => Promise.reject(new Error('cut'));
    town.upload('a.json');
    await expect(assign('a.json', town.world)).rejects.toThrow('cut');
    town.world.messages.send = send;
    await assign('a.json', town.world);
    expect(town.memory.queues.processing.size).toBe(1);
    expect(town.vm('vm01').files[0]?.ticket).toBeDefined();
  });

  it('before its entry was dropped: a script’s repeated call drops it and stops the VM', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    const { waiting } = town.world.jobs;
    town.world.jobs.waiting = () => Promise.reject(new Error('cut'));
    const call = { vmName: 'vm01', fileName: 'a.json', ...ok };
    await expect(finish(call, town.world)).rejects.toThrow('cut');
    town.world.jobs.waiting = waiting;
    town.pass(1);
    expect(await finish(call, town.world)).toMatchObject({ recorded: 'duplicate', stop: true });
    expect(town.memory.results.size).toBe(1);
  });
});

describe('two calls of one VM at the same time', () => {
  it('hand out the same waiting file, and neither fails', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    await town.arrive('a.json');
    town.editVm('vm01', { disabled: false, state: 'running', idleSince: town.world.now() });
    const { write } = town.world.pool;
    let overtaken = false;
    town.world.pool.write = async (vm) => {
      if (!overtaken && vm.files.length > 0) {
        // Before the first call can list the file, the second finds it assigned, lists it and begins it.
        overtaken = true;
        const [entry] = vm.files;
        town.editVm('vm01', { files: vm.files });
        const second = await claim('vm01', town.world);
        expect(second.next).toMatchObject({ id: entry?.jobId, state: 'processing' });
      }
      return write(vm);
    };
    expect((await claim('vm01', town.world)).next).toMatchObject({ fileName: 'a.json', state: 'processing' });
    expectListed(town, 'a.json');
  });
});
