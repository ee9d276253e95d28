import { describe, expect, it } from 'vitest';
import { choose } from '../../src/core/choose.ts';
import { defaultRules } from '../../src/core/rules.ts';
import type { Vm } from '../../src/core/vm.ts';
import { sampleJob, sampleVm } from './samples.ts';

const noFacts = { others: [], heard: new Map() };
const entry = { jobId: 'f'.repeat(40), attempt: 1, at: 0 };
const idle = sampleVm({ name: 'idle', state: 'running' });
const asleep = sampleVm({ name: 'asleep' });
const busy = sampleVm({ name: 'busy', state: 'running', files: [entry] });

function chosen(vms: Vm[], options: { filesPerVmMax?: number; random?: number; action?: string } = {}) {
  const rules = { ...defaultRules, filesPerVmMax: options.filesPerVmMax ?? 1 };
  const world = { rules, now: () => 1_000_000, random: () => options.random ?? 0 };
  return choose(vms, sampleJob({ action: options.action ?? 'process' }), noFacts, world);
}

describe('choosing a VM', () => {
  it('takes an idle running one before a sleeping one, and says why', () => {
    const choice = chosen([asleep, busy, idle]);
    expect(choice.vm?.name).toBe('idle');
    expect(choice.why).toBe('idle: idle; cannot take it: busy; idle ones: 1, asleep ones: 1');
  });

  it('wakes a sleeping one before it lists a second file on a busy one', () => {
    expect(chosen([busy, asleep], { filesPerVmMax: 3 }).vm?.name).toBe('asleep');
  });

  it('takes the one with the least listed when none is idle or asleep', () => {
    const busier = { ...busy, name: 'busier', files: [entry, entry] };
    expect(chosen([busier, busy], { filesPerVmMax: 3 }).vm?.name).toBe('busy');
  });

  it('spreads by chance among equals', () => {
    const vms = ['a', 'b', 'c', 'd'].map((name) => sampleVm({ name }));
    expect([0, 0.3, 0.6, 0.9].map((random) => chosen(vms, { random }).vm?.name)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it.each([
    ['disabled', sampleVm({ disabled: true })],
    ['silent', sampleVm({ state: 'running', silentAt: 5 })],
    ['stopping', sampleVm({ state: 'stopping' })],
    ['cooling down after a failed start', sampleVm({ unavailableUntil: 2_000_000 })],
    ['full', busy],
  ])('gives nothing to a VM that is %s', (_why, vm) => {
    const choice = chosen([vm]);
    expect(choice.vm).toBeUndefined();
    expect(choice.why).toContain(`no VM can take it now: ${vm.name}`);
  });

  it('gives a file only to VMs that can do its action', () => {
    const painter = sampleVm({ name: 'painter', actions: ['chart'] });
    expect(chosen([painter, asleep], { action: 'profile' }).vm?.name).toBe('asleep');
    expect(chosen([painter], { action: 'chart' }).vm?.name).toBe('painter');
  });

  it('says that waiting is hopeless when no VM of the pool has the action', () => {
    const choice = chosen([sampleVm({ actions: ['chart'] })], { action: 'profile' });
    expect(choice).toMatchObject({ vm: undefined, hopeless: true });
    expect(choice.why).toContain('can do the action "profile"');
  });
});
