import { describe, expect, it } from 'vitest';
import { assign } from '../../src/core/assign.ts';
import { claim } from '../../src/core/claim.ts';
import { finish } from '../../src/core/finish.ts';
import type { Job } from '../../src/core/job.ts';
import { renew } from '../../src/core/lease.ts';
import { canMoveJob, type JobState, jobPlaces } from '../../src/core/moves.ts';
import { order } from '../../src/core/order.ts';
import { type Order, type OrderVerb, orders, orderVerbs, permittedOrders } from '../../src/core/orders.ts';
import { defaultRules } from '../../src/core/rules.ts';
import { tend } from '../../src/core/tend.ts';
import { openTown, type Town } from './town.ts';

const states = Object.keys(jobPlaces) as JobState[];

/** A town of three VMs whose vm01 has a.json, or whose a.json has come to the state that is named by true calls. */
async function townWith(state: JobState): Promise<{ town: Town; job: Job }> {
  const town = openTown(['vm01', 'vm02', 'vm03'], { failedRunsMax: 1 });
  if (state === 'received')
    for (const name of ['vm01', 'vm02', 'vm03']) town.editVm(name, { disabled: true });
  const job = await town.arrive('a.json');
  for (const name of ['vm01', 'vm02', 'vm03']) town.editVm(name, { disabled: false });
  const { world } = town;
  const report = { vmName: 'vm01', jobId: job.id, attempt: 1, resultName: 'r', error: 'no', durationMs: 1 };
  if (state === 'processing' || state === 'completed' || state === 'failed') await claim('vm01', world);
  if (state === 'completed') await finish({ ...report, status: 'ok' }, world);
  if (state === 'failed') await finish({ ...report, status: 'failed' }, world);
  if (state === 'cancelled') await order(job.id, { verb: 'cancel' }, world);
  if (state === 'deferred') await order(job.id, { verb: 'defer' }, world);
  town.pass(1000);
  const now = await world.jobs.read(job.id);
  expect(now?.state).toBe(state);
  return { town, job: now as Job };
}

const orderOf = (verb: OrderVerb): Order => (verb === 'assign' ? { verb, vmName: 'vm02' } : { verb });

/** Everything that lists the job: VM rows, and the indexes. */
function listings(town: Town): string[] {
  const onVms = [...town.memory.vms.values()].flatMap((vm) =>
    vm.files.map(({ attempt }) => `${vm.name}.${attempt}`),
  );
  return [
    ...onVms,
    ...[...town.memory.index.values()].map(({ place, attempt }) => `${place}.${attempt}`),
  ].sort();
}

describe('the table of orders', () => {
  it('has moves of the job table only', () => {
    for (const { from, to } of Object.values(orders))
      for (const state of from) expect(canMoveJob(state, to), `${state} to ${to}`).toBe(true);
  });

  it.each([
    ['received', ['cancel', 'defer', 'assign']],
    ['assigned', ['cancel', 'defer', 'assign']],
    ['processing', ['cancel']],
    ['failed', ['retry']],
    ['deferred', ['cancel', 'release']],
    ['completed', []],
    ['cancelled', []],
  ] as const)('permits of a job that is %s: %j', (state, permitted) => {
    expect(permittedOrders({ state })).toEqual(permitted);
  });
});

describe.each(orderVerbs)('%s', (verb) => {
  const { from, to } = orders[verb];
  const permitted = states.filter((state) => (from as readonly string[]).includes(state));
  const there = states.filter((state) => state === to && !permitted.includes(state));
  const refused = states.filter((state) => !permitted.includes(state) && !there.includes(state));

  it.each(permitted)(
    'is done from %s: the job is listed in its new place and nowhere else',
    async (state) => {
      const { town, job } = await townWith(state);
      const moved = await order(job.id, orderOf(verb), town.world);
      expect(moved.state).toBe(to);
      const now = town.job('a.json');
      const place = jobPlaces[to] === 'vm' ? 'vm02' : jobPlaces[to];
      expect(listings(town)).toEqual([`${place}.${now.attempt}`]);
      expect(now.history.at(-1)).toMatchObject({ state: to, attempt: now.attempt });
      expect(town.memory.log.filter(({ writer }) => writer === 'Operator')).toHaveLength(
        1 + Number(state === 'deferred'),
      );
      expect(town.memory.files.size).toBe(1);
    },
  );

  it.each(there)('of a job that is %s already answers it as it is', async (state) => {
    const { town, job } = await townWith(state);
    expect(await order(job.id, orderOf(verb), town.world)).toEqual(job);
    expect(town.job('a.json')).toEqual(job);
  });

  it.each(refused)('is refused from %s, with the state and what is permitted', async (state) => {
    const { town, job } = await townWith(state);
    const before = structuredClone({ jobs: [...town.memory.jobs], listed: listings(town) });
    const names = permittedOrders({ state });
    const refusal = order(job.id, orderOf(verb), town.world);
    await expect(refusal).rejects.toMatchObject({ code: 'move_refused', permitted: names });
    await expect(refusal).rejects.toThrow(`a.json is ${state}, ${verb} is refused`);
    await expect(refusal).rejects.toThrow(names.length > 0 ? `: ${names.join(', ')}` : ': none');
    expect({ jobs: [...town.memory.jobs], listed: listings(town) }).toEqual(before);
  });

  it.each(permitted)('from %s is done once where the answer to its write is lost', async (state) => {
    const { town, job } = await townWith(state);
    town.loseReply('jobs', 'write');
    expect((await order(job.id, orderOf(verb), town.world)).state).toBe(to);
    const now = town.job('a.json');
    const place = jobPlaces[to] === 'vm' ? 'vm02' : jobPlaces[to];
    expect(listings(town)).toEqual([`${place}.${now.attempt}`]);
    expect(now.history).toHaveLength(job.history.length + 1);
    expect(town.memory.log.at(-1)).toMatchObject({ writer: 'Operator', jobId: job.id });
  });

  it.each(permitted)(
    'from %s is carried on where an earlier call broke off after its write',
    async (state) => {
      const { town, job } = await townWith(state);
      const { enlist } = town.world.jobs;
      const { read } = town.world.pool;
      town.world.jobs.enlist = () => Promise.reject(new Error('cut'));
      if (verb === 'assign') {
        let reads = 0;
        town.world.pool.read = (name) => (reads++ > 0 ? Promise.reject(new Error('cut')) : read(name));
      }
      await expect(order(job.id, orderOf(verb), town.world)).rejects.toThrow('cut');
      town.world.jobs.enlist = enlist;
      town.world.pool.read = read;
      const again = await order(job.id, orderOf(verb), town.world);
      expect(again.state).toBe(to);
      const place = jobPlaces[to] === 'vm' ? 'vm02' : jobPlaces[to];
      expect(listings(town)).toContain(`${place}.${again.attempt}`);
    },
  );

  it('of a job that there is not is not found', async () => {
    const { world } = openTown(['vm01']);
    await expect(order('a'.repeat(40), orderOf(verb), world)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a cancelled file', () => {
  it('that is in work loses its lease at once, and its VM goes on with another', async () => {
    const { town, job } = await townWith('processing');
    const cancelled = await order(job.id, { verb: 'cancel' }, town.world);
    expect(cancelled).toMatchObject({ state: 'cancelled', leaseUntil: 0, cause: 'operator' });
    const lease = { vmName: 'vm01', jobId: job.id, attempt: 1 };
    await expect(renew(lease, town.world)).rejects.toMatchObject({ code: 'lease_lost' });
    const report = { ...lease, status: 'ok', resultName: 'r', error: '', durationMs: 1 } as const;
    expect((await finish(report, town.world)).recorded).toBe('none');
    town.editVm('vm02', { disabled: true });
    town.editVm('vm03', { disabled: true });
    await town.arrive('b.json');
    expect((await claim('vm01', town.world)).next).toMatchObject({ fileName: 'b.json' });
    expect(town.memory.files.has('a.json')).toBe(true);
    expect(town.memory.results.size).toBe(0);
  });

  it('that was assigned has no message left', async () => {
    const { town, job } = await townWith('assigned');
    expect(town.memory.queues.processing.size).toBe(1);
    await order(job.id, { verb: 'cancel' }, town.world);
    expect(town.memory.queues.processing.size).toBe(0);
  });

  it('is not given out again by a repeated event', async () => {
    const { town, job } = await townWith('cancelled');
    await assign('a.json', town.world);
    expect(town.job('a.json')).toEqual(job);
  });
});

describe('a retried file', () => {
  it('has all its runs again, at once', async () => {
    const { town, job } = await townWith('failed');
    town.memory.jobs.set(job.id, { ...job, unreported: 9, notBefore: town.world.now() + 1e6 });
    const retried = await order(job.id, { verb: 'retry' }, town.world);
    expect(retried).toMatchObject({
      state: 'received',
      attempt: 2,
      vmName: '',
      failedRuns: 0,
      unreported: 0,
      notBefore: 0,
    });
    expect(await town.world.jobs.waiting([], town.world.now(), 8)).toMatchObject([{ jobId: job.id }]);
  });

  it.each([
    ['is gone', (town: Town) => void town.memory.files.delete('a.json'), 'the file is gone from data'],
    ['has changed', (town: Town) => town.upload('a.json'), 'the file was overwritten'],
  ])('is refused where it %s', async (_what, meanwhile, why) => {
    const { town, job } = await townWith('failed');
    meanwhile(town);
    const refusal = order(job.id, { verb: 'retry' }, town.world);
    await expect(refusal).rejects.toMatchObject({ code: 'move_refused', permitted: ['retry'] });
    await expect(refusal).rejects.toThrow(why);
    expect((await town.world.jobs.read(job.id))?.state).toBe('failed');
  });

  it('is refused for the reason that it was refused for', async () => {
    const town = openTown(['vm01'], { fileBytesMax: 10 });
    town.upload('large.bin', { sizeBytes: 11 });
    await assign('large.bin', town.world);
    const { id } = town.job('large.bin');
    await expect(order(id, { verb: 'retry' }, town.world)).rejects.toThrow(
      /11 bytes, more than FILE_BYTES_MAX/,
    );
    town.world.rules.fileBytesMax = 11;
    expect(await order(id, { verb: 'retry' }, town.world)).toMatchObject({ state: 'received' });
  });
});

describe('a deferred file', () => {
  it('is left alone by the watchdog until it is released', async () => {
    const { town, job } = await townWith('deferred');
    await tend(town.world);
    expect(town.job('a.json')).toEqual(job);
    await order(job.id, { verb: 'release' }, town.world);
    await tend(town.world);
    expect(town.job('a.json').state).toBe('assigned');
  });

  it('is completed by the late success of a VM that had read its message', async () => {
    const { town, job } = await townWith('deferred');
    const report = { vmName: 'vm01', jobId: job.id, attempt: 1, resultName: 'r', error: '', durationMs: 1 };
    expect((await finish({ ...report, status: 'ok' }, town.world)).recorded).toBe('new');
    expect(listings(town)).toEqual([]);
    expect(town.memory.results.size).toBe(1);
  });
});

describe('an assignment to a named VM', () => {
  it('starts it, sends it its message, and takes that of the old VM back', async () => {
    const { town, job } = await townWith('assigned');
    const moved = await order(job.id, { verb: 'assign', vmName: 'VM02' }, town.world);
    expect(moved).toMatchObject({ state: 'assigned', vmName: 'vm02', attempt: 2 });
    expect(town.memory.powers.get('vm02')).toBe('running');
    expect(town.vm('vm01').files).toEqual([]);
    expect(town.memory.queues.processing.size).toBe(1);
    expect(town.vm('vm02').files).toMatchObject([{ jobId: job.id, attempt: 2, ticket: expect.anything() }]);
  });

  it('where it is already changes nothing, also when the VM has begun it', async () => {
    for (const state of ['assigned', 'processing'] as const) {
      const { town, job } = await townWith(state);
      expect(await order(job.id, { verb: 'assign', vmName: 'vm01' }, town.world)).toEqual(job);
    }
  });

  it('of a file in work elsewhere is refused, with who works on it and until when', async () => {
    const { town, job } = await townWith('processing');
    const until = new Date(job.leaseUntil).toISOString();
    await expect(order(job.id, { verb: 'assign', vmName: 'vm02' }, town.world)).rejects.toThrow(
      `vm01 works on it, with a lease until ${until}`,
    );
  });

  it.each([
    [{ disabled: true }, 'vm02 is disabled'],
    [{ actions: ['chart'] }, 'vm02 does not do the action "process"'],
    [{ state: 'stopping' as const }, 'vm02 is being stopped'],
    [
      { silentAt: 1_700_000_000_000, state: 'running' as const },
      'vm02 has been silent since 2023-11-14T22:13:20.000Z',
    ],
    [
      { unavailableUntil: 1_800_000_000_000, unavailableCause: 'boot' },
      'vm02 cools down until 2027-01-15T08:00:00.000Z (boot)',
    ],
    [
      { state: 'running' as const, files: [{ jobId: 'x', attempt: 1, at: 0 }] },
      'vm02 has no room: it lists 1 file',
    ],
  ])('is refused to one that is %j', async (change, why) => {
    const { town, job } = await townWith('received');
    town.editVm('vm02', change);
    const refusal = order(job.id, { verb: 'assign', vmName: 'vm02' }, town.world);
    await expect(refusal).rejects.toMatchObject({ code: 'move_refused' });
    await expect(refusal).rejects.toThrow(why);
    expect(town.job('a.json')).toEqual(job);
  });

  it('to one that may still report another version is refused, and to one that is not there not found', async () => {
    const { town, job } = await townWith('received');
    const older = { ...job, id: `${job.id.slice(0, 24)}${'0'.repeat(16)}`, insertedAt: job.insertedAt - 1 };
    town.memory.jobs.set(older.id, { ...older, etag: '0x0', state: 'cancelled' });
    town.editVm('vm02', { state: 'running' });
    const assignTo = (vmName: string) => order(job.id, { verb: 'assign', vmName }, town.world);
    await expect(assignTo('vm02')).rejects.toThrow('vm02 may still report another version');
    await expect(assignTo('vm99')).rejects.toMatchObject({ code: 'not_found' });
    expect(await assignTo('vm03')).toMatchObject({ vmName: 'vm03' });
  });

  it('that is overtaken by another file says where the file has gone', async () => {
    const { town, job } = await townWith('received');
    const { write } = town.world.jobs;
    town.world.jobs.write = async (given) => {
      Object.assign(town.world.jobs, { write });
      town.editVm('vm02', { state: 'running', files: [{ jobId: 'x', attempt: 1, at: 0 }] });
      return write(given);
    };
    await expect(order(job.id, { verb: 'assign', vmName: 'vm02' }, town.world)).rejects.toThrow(
      'a.json is assigned, assign is refused: vm02 was given another file at that moment',
    );
    expect(listings(town)).toEqual(['vm01.2', 'vm02.1']);
  });
});

describe('two at the same time', () => {
  it('a claim that comes first makes a defer refused, and a cancel ends its lease', async () => {
    for (const verb of ['defer', 'cancel'] as const) {
      const { town, job } = await townWith('assigned');
      const { write } = town.world.jobs;
      town.world.jobs.write = async (given) => {
        Object.assign(town.world.jobs, { write });
        await claim('vm01', town.world);
        return write(given);
      };
      const ordered = order(job.id, { verb }, town.world);
      if (verb === 'defer') await expect(ordered).rejects.toThrow('a.json is processing');
      else expect(await ordered).toMatchObject({ state: 'cancelled' });
      expect(listings(town)).toEqual([verb === 'defer' ? 'vm01.1' : 'resting.1']);
    }
  });

  it('two cancels: one move', async () => {
    const { town, job } = await townWith('processing');
    const both = await Promise.all([1, 2].map(() => order(job.id, { verb: 'cancel' }, town.world)));
    expect(both.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(town.job('a.json').history).toHaveLength(job.history.length + 1);
    expect(listings(town)).toEqual(['resting.1']);
  });

  it('an order whose write came through, and whose job has moved on before it is read again, is done', async () => {
    const { town, job } = await townWith('failed');
    const { write } = town.world.jobs;
    town.world.jobs.write = async (given) => {
      Object.assign(town.world.jobs, { write });
      const written = await write(given);
      if (written) await assign('a.json', town.world);
      await tend(town.world);
      return undefined;
    };
    expect(await order(job.id, { verb: 'retry' }, town.world)).toMatchObject({
      state: 'assigned',
      attempt: 2,
    });
    expect(listings(town)).toEqual(['vm01.2']);
  });
});

it('a permanent failure is failed at once, and can be retried', async () => {
  const town = openTown(['vm01'], { failedRunsMax: defaultRules.failedRunsMax });
  const { id } = await town.arrive('a.json');
  await claim('vm01', town.world);
  const failed = {
    vmName: 'vm01',
    jobId: id,
    attempt: 1,
    status: 'failed',
    resultName: '',
    durationMs: 1,
  } as const;
  const error = 'exit code 2, which is declared permanent';
  expect((await finish({ ...failed, error, permanent: true }, town.world)).recorded).toBe('new');
  expect(town.job('a.json')).toMatchObject({
    state: 'failed',
    cause: 'guest',
    failedRuns: 1,
    error: `run 1 failed for good on vm01: ${error}`,
  });
  expect(town.memory.files.size).toBe(1);
  await order(id, { verb: 'retry' }, town.world);
  expect(town.job('a.json')).toMatchObject({ state: 'received', failedRuns: 0 });
});
