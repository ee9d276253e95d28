import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assign } from '../../src/core/assign.ts';
import { claim } from '../../src/core/claim.ts';
import { finish } from '../../src/core/finish.ts';
import { tend } from '../../src/core/tend.ts';
import { type OpenedAzure, openAzure } from './azure.ts';

let azure: OpenedAzure;
let rows = 0;
beforeAll(async () => {
  azure = await openAzure();
}, 60_000);
afterAll(() => azure?.close(), 60_000);

/** Lets the pool grow to so many rows, with a VM for each; only the last is to be given anything. */
async function growTo(size: number): Promise<string> {
  const names = Array.from(
    { length: size - rows },
    (_, index) => `pool-${String(rows + index + 1).padStart(4, '0')}`,
  );
  await azure.addVms(names);
  for (const name of names) azure.box.arm.add(name);
  rows = size;
  const last = names.at(-1) ?? '';
  const others = (await azure.world.pool.list()).filter(({ name, disabled }) => name !== last && !disabled);
  for (const { name } of others) await azure.editVm(name, { disabled: true });
  return last;
}

describe('a pool in tblvm', () => {
  it.each([1, 10, 60, 300])('of %i rows works to its last one', { timeout: 60_000 }, async (size) => {
    const last = await growTo(size);
    const fileName = `file for ${last}`;
    await azure.upload(fileName);
    const assigned = await assign(fileName, azure.world);
    expect(assigned).toMatchObject({ outcome: 'listed', job: { vmName: last } });
    expect(await tend(azure.world)).toMatchObject({ vms: size });

    const { next } = await claim(last, azure.world);
    const report = { vmName: last, jobId: next?.id, attempt: next?.attempt, durationMs: 1, error: '' };
    const answer = await finish({ ...report, status: 'ok', resultName: 'r' }, azure.world);
    expect(answer).toMatchObject({ recorded: 'new', next: null });
    expect(await azure.result(next?.id ?? '')).toEqual({ vmName: last, resultName: 'r' });
  });
});
