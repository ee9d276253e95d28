import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShownJob } from '../../src/core/shown-job.ts';
import { callerAudience } from '../../src/local/box-settings.ts';
import { builtPath } from '../../src/local/built.ts';
import { tokenOf } from '../../src/local/token-of.ts';
import { openTestWorld, type TestWorld, until } from './box.ts';

const copy = fileURLToPath(new URL('copy.mjs', import.meta.url));
const run = promisify(execFile);

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld({
    program: `"${process.execPath}" "${copy}" {input} {output}`,
    permanentExitCodes: [65],
    vms: 2,
    bootSeconds: 3,
  });
});
afterAll(() => world?.close());

type Answer = ShownJob & { jobs: ShownJob[]; status: number; detail?: string };

/** Calls the operators' function at `jobs{path}`. */
async function call(method: 'GET' | 'POST', path: string, key = world.operatorKey): Promise<Answer> {
  const reply = await fetch(`${world.host.endpoint}/jobs${path}`, {
    method,
    headers: { 'x-functions-key': key },
  });
  return { ...JSON.parse((await reply.text()) || '{}'), status: reply.status };
}

async function jobOf(fileName: string): Promise<ShownJob | undefined> {
  return (await call('GET', `?fileName=${encodeURIComponent(fileName)}`)).jobs[0];
}

/** Waits until the job of a file is in a state, and answers it. */
async function inState(fileName: string, state: string): Promise<ShownJob> {
  let job: ShownJob | undefined;
  await until(`${fileName} is ${state}`, async () => {
    job = await jobOf(fileName);
    return job?.state === state;
  });
  if (!job) throw new Error('it was there');
  return job;
}

/** Process ids of the guest programs that run on the VMs, where the system tells (Linux). */
function guestsOf(fileName: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return command.includes(copy) && command.includes(fileName) && command.includes(world.folder.vms);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

/** A command of `dist/local/main.mjs`, as `npm run` calls it. */
async function command(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [
    builtPath('local/main.mjs'),
    ...args,
    '--folder',
    world.folder.path,
  ]);
  return stdout;
}

const isDone = async (fileName: string) => (await world.results()).some((row) => row.FileName === fileName);

describe('an operator', () => {
  it('cancels a file in work: its guest program is killed, and the VM goes on with another', {
    timeout: 90_000,
  }, async () => {
    await world.put('long.txt', 'wait 80000, long');
    const { jobId, vmName } = await inState('long.txt', 'processing');
    await until('its guest program runs', async () =>
      (await world.log()).some((row) => row.FileName === 'long.txt' && row.Event === 'file-begun'),
    );
    if (process.platform === 'linux')
      await until('its process is there', async () => guestsOf('long.txt').length === 1);

    const cancelled = await call('POST', `/${jobId}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, state: 'cancelled', cause: 'operator', permitted: [] });
    await until('the agent has learnt it', async () =>
      (await world.log()).some((row) => row.FileName === 'long.txt' && row.Event === 'lease-lost'),
    );
    await until('the guest program is gone', async () => guestsOf('long.txt').length === 0);
    const other = vmName === 'vm01' ? 'vm02' : 'vm01';
    await world.connection.tblvm.updateEntity(
      { partitionKey: 'vmlist', rowKey: other, disabled: true },
      'Merge',
    );
    await world.put('next.txt', 'next');
    await until('the VM has done another', () => isDone('next.txt'));
    await world.connection.tblvm.updateEntity(
      { partitionKey: 'vmlist', rowKey: other, disabled: false },
      'Merge',
    );
    expect((await world.results()).map(({ FileName, VmName }) => [FileName, VmName])).toEqual([
      ['next.txt', vmName],
    ]);
    expect(await world.inData()).toEqual(['long.txt']);
    expect((await inState('long.txt', 'cancelled')).history.map(({ state }) => state)).toEqual([
      'assigned',
      'processing',
      'cancelled',
    ]);
  });

  it('has a file that failed for good, after one run, tried again', { timeout: 90_000 }, async () => {
    const licence = join(world.folder.path, 'licence');
    await world.put('licensed.txt', `exit 65 without ${licence}`);
    const failed = await inState('licensed.txt', 'failed');
    expect(failed).toMatchObject({ failedRuns: 1, cause: 'guest', permitted: ['retry'] });
    expect(failed.error).toMatch(/run 1 failed for good on vm0\d: exit code 65, which is declared permanent/);
    expect((await call('GET', '?state=failed')).jobs).toMatchObject([{ jobId: failed.jobId }]);
    expect(await world.inData()).toContain('licensed.txt');

    writeFileSync(licence, '');
    expect(await command('jobs', '--state', 'failed')).toMatch(
      new RegExp(`^jobId .*\\n${failed.jobId}  failed  1 `),
    );
    expect(await command('job', failed.jobId, 'retry')).toMatch(
      /^job +[0-9a-f]{40}\nfile +licensed\.txt .*\nstate +received \(operator\)\n/,
    );
    await until('it is done', () => isDone('licensed.txt'));
    expect(await jobOf('licensed.txt')).toMatchObject({ state: 'completed', permitted: [] });
    const refused = await command('job', failed.jobId, 'retry').catch((error) => String(error.stderr));
    expect(refused).toMatch(/licensed\.txt is completed, retry is refused: .* \(409 move_refused\)/);
  });

  it('holds a file back until it is released, and gives it to a VM of choice', {
    timeout: 90_000,
  }, async () => {
    await until('all VMs are off, so that a file must wait for a boot', world.isAsleep);
    await world.put('held.txt', 'held');
    const { jobId, vmName } = await inState('held.txt', 'assigned');
    expect(await call('POST', `/${jobId}/defer`)).toMatchObject({ status: 200, state: 'deferred' });
    expect(await call('POST', `/${jobId}/assign?vmName=vm01`)).toMatchObject({
      status: 409,
      detail: expect.stringContaining('release it first'),
    });
    await until('its VM has gone to sleep again without it', world.isAsleep);
    expect(await jobOf('held.txt')).toMatchObject({ state: 'deferred' });
    expect(await world.inData()).toContain('held.txt');

    const other = vmName === 'vm01' ? 'vm02' : 'vm01';
    await call('POST', `/${jobId}/release`);
    const assigned = await call('POST', `/${jobId}/assign?vmName=${other}`);
    expect(assigned).toMatchObject({ status: 200, state: 'assigned', vmName: other });
    await until('it is done', () => isDone('held.txt'));
    const [row] = (await world.results()).filter(({ FileName }) => FileName === 'held.txt');
    expect(row?.VmName).toBe(other);
    expect((await world.log()).filter((line) => line.partitionKey === 'Operator').length).toBeGreaterThan(3);
  });
});

it('what opens the operators’ function is not what VMs have, and the other way round', async () => {
  for (const key of [world.functionKey, '', 'wrong'])
    expect(await call('GET', '?state=failed', key)).toEqual({ status: 401 });
  const statusOf = async (name: string, key: string) =>
    (await fetch(`${world.host.endpoint}/${name}?vmName=vm99&code=${key}`, { method: 'POST' })).status;
  for (const name of ['funcHttpVMNext', 'funcHttpVMStop']) {
    expect(await statusOf(name, world.operatorKey)).toBe(401);
    expect(await statusOf(name, world.functionKey)).toBe(403);
  }
});

it('whoever has a token of a VM is that VM, and no other', async () => {
  const token = await tokenOf('VM01', callerAudience, world.folder.path);
  const answerTo = async (vmName: string) => {
    const url = `${world.host.endpoint}/funcHttpVMStop?vmName=${vmName}&fileName=none.txt`;
    const headers = { authorization: `Bearer ${token}`, 'x-functions-key': world.functionKey };
    return (await fetch(url, { headers })).json();
  };
  expect(await answerTo('vm01')).toMatchObject({ vmName: 'vm01', recorded: 'none' });
  expect(await answerTo('vm02')).toMatchObject({ code: 'not_proven' });
  await expect(tokenOf('vm99', callerAudience, world.folder.path)).rejects.toThrow('There is no VM vm99');
});
