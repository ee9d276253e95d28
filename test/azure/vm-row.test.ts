import { afterEach, describe, expect, it, vi } from 'vitest';
import { columnsOf, vmOf } from '../../src/azure/vm-row.ts';
import { sampleVm } from '../core/samples.ts';

const key = { partitionKey: 'vmlist', rowKey: 'vm01', etag: 'W/"1"' };
const plain = sampleVm({ name: 'vm01', version: 'W/"1"' });

describe('a row of tblvm', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('needs no more than its key to be a VM', () => {
    expect(vmOf({ ...key, vmName: 'VM01' })).toEqual(plain);
  });

  it.each([
    ['files', { files: '[{"jobId":' }],
    ['files', { files: '{"jobId":"a"}' }],
    ['files', { files: '[null, 1, "a", {}, {"jobId":""}]' }],
    ['files', { files: true }],
    ['state', { state: 'on' }],
    ['state', { state: 'constructor' }],
    ['state', { state: 3 }],
    ['failedStarts', { failedStarts: 'many' }],
    ['failedStarts', { failedStarts: -1 }],
    ['failedStarts', { failedStarts: 1e308 }],
    ['stateAt', { stateAt: 'yesterday' }],
    ['stateAt', { stateAt: '1969-12-31' }],
    ['stateAt', { stateAt: new Date(Number.NaN) }],
    ['stateAt that would never be over', { stateAt: '9000-01-01' }],
    ['idleSince that would never be over', { idleSince: '9'.repeat(30) }],
    ['silentAt that would never be over', { silentAt: 8.64e15 }],
    ['maintenanceUntil', { maintenanceUntil: '' }],
    ['maintenanceUntil', { maintenanceUntil: null }],
    ['unavailableUntil', { unavailableUntil: -5 }],
    ['unavailableUntil', { unavailableUntil: '2026-02-30T99:00Z' }],
    ['disabled', { disabled: '' }],
    ['disabled', { disabled: 'no' }],
    ['actions', { actions: ' , ' }],
    ['actions', { actions: '[]' }],
    ['resourceId', { resourceId: null }],
  ])('reads %s that makes no sense as its default: %j', (_, columns) => {
    expect(vmOf({ ...key, ...columns })).toEqual(plain);
  });

  it.each([
    ['2026-03-04T05:06:07Z', Date.UTC(2026, 2, 4, 5, 6, 7)],
    [' 2026-03-04T05:06:07.089Z ', Date.UTC(2026, 2, 4, 5, 6, 7, 89)],
    ['2026-03-04T07:06:07+02:00', Date.UTC(2026, 2, 4, 5, 6, 7)],
    ['2026-03-04T05:06:07', Date.UTC(2026, 2, 4, 5, 6, 7)],
    ['2026-03-04 05:06', Date.UTC(2026, 2, 4, 5, 6)],
    ['2026-03-04', Date.UTC(2026, 2, 4)],
    ['1772600767000', 1_772_600_767_000],
    [1_772_600_767_000, 1_772_600_767_000],
    [1_772_600_767_000n, 1_772_600_767_000],
    [new Date(1_772_600_767_000), 1_772_600_767_000],
  ])('reads a time that a person wrote as %o, wherever it is read', (value, ms) => {
    vi.stubEnv('TZ', 'America/New_York');
    expect(vmOf({ ...key, maintenanceUntil: value }).maintenanceUntil).toBe(ms);
    expect(vmOf({ ...key, unavailableUntil: value }).unavailableUntil).toBe(ms);
  });

  it('takes a time beyond all dates for the last of them', () => {
    const { maintenanceUntil } = vmOf({ ...key, maintenanceUntil: '9'.repeat(400) });
    expect(maintenanceUntil).toBe(Date.UTC(9999, 11, 31, 23, 59, 59, 999));
    const written = columnsOf(vmOf({ ...key, unavailableUntil: 10n ** 20n }));
    expect(written.unavailableUntil).toBe('9999-12-31T23:59:59.999Z');
  });

  it('has no more entries than fit when they are written again', () => {
    const files = JSON.stringify(Array.from({ length: 1500 }, () => ({ jobId: 'x' })));
    expect(String(columnsOf(vmOf({ ...key, files })).files).length).toBeLessThan(32_768);
  });

  it.each([[true], ['true'], ['True'], [' TRUE '], ['yes'], ['1'], [1]])(
    'takes %o for disabled',
    (disabled) => {
      expect(vmOf({ ...key, disabled }).disabled).toBe(true);
    },
  );

  it.each([
    ['["chart","profile"]', ['chart', 'profile']],
    ['chart, profile', ['chart', 'profile']],
    ['Chart;PROFILE', ['chart', 'profile']],
    ['[chart, profile]', ['chart', 'profile']],
    ['chart', ['chart']],
  ])('reads the actions %s', (actions, list) => {
    expect(vmOf({ ...key, actions }).actions).toEqual(list);
  });

  it('keeps the good entries of a list and drops an incomplete ticket', () => {
    const files = JSON.stringify([
      { jobId: 'a', attempt: 2, at: '2026-03-04T05:06:07.000Z', ticket: { messageId: 'm', popReceipt: 'p' } },
      { attempt: 3 },
      { jobId: 'b', attempt: '1', at: 0, ticket: { messageId: 'm' } },
    ]);
    expect(vmOf({ ...key, files }).files).toEqual([
      {
        jobId: 'a',
        attempt: 2,
        at: Date.UTC(2026, 2, 4, 5, 6, 7),
        ticket: { messageId: 'm', popReceipt: 'p' },
      },
      { jobId: 'b', attempt: 1, at: 0 },
    ]);
  });

  it('is written with times that people can read, and without what people set', () => {
    const vm = sampleVm({ stateAt: 1_772_600_767_000, disabled: true, actions: ['a'], resourceId: '/x' });
    const columns = columnsOf(vm);
    expect(columns).toMatchObject({ stateAt: '2026-03-04T05:06:07.000Z', idleSince: '', files: '[]' });
    for (const name of ['disabled', 'actions', 'resourceId', 'maintenanceUntil', 'vmName', 'version'])
      expect(columns).not.toHaveProperty(name);
  });

  it('with a hundred entries fits one property', () => {
    const ticket = { messageId: 'x'.repeat(36), popReceipt: 'x'.repeat(60) };
    const entry = { jobId: 'x'.repeat(40), attempt: 10, at: 1_772_600_767_000, ticket };
    const { files } = columnsOf(sampleVm({ files: Array.from({ length: 100 }, () => entry) }));
    expect(String(files).length).toBeLessThan(32_768);
  });
});
