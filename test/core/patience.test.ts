import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { patient } from '../../src/core/patience.ts';
import { sampleVm } from './samples.ts';

describe('patience with ARM', () => {
  function opened() {
    let now = 0;
    const calls: string[] = [];
    const throttled = new AppError('throttled', 'too many', { retryAfterMs: 30_000 });
    const machines = patient(
      {
        powers: async () => new Map(),
        identities: async () => new Map(),
        addresses: async () => new Map(),
        start: async (vm) => {
          calls.push(`start ${vm.name}`);
          throw throttled;
        },
        deallocate: async (vm) => void calls.push(`deallocate ${vm.name}`),
      },
      () => now,
    );
    return { machines, calls, pass: (ms: number) => (now += ms) };
  }

  it('sends no second call of a kind that was throttled, before the time that ARM asked for', async () => {
    const { machines, calls, pass } = opened();
    await expect(machines.start(sampleVm({ name: 'vm01' }))).rejects.toMatchObject({ retryAfterMs: 30_000 });
    pass(10_000);
    await expect(machines.start(sampleVm({ name: 'vm02' }))).rejects.toMatchObject({
      code: 'throttled',
      retryAfterMs: 20_000,
    });
    expect(calls).toEqual(['start vm01']);
    pass(20_000);
    await expect(machines.start(sampleVm({ name: 'vm02' }))).rejects.toMatchObject({ retryAfterMs: 30_000 });
    expect(calls).toEqual(['start vm01', 'start vm02']);
  });

  it('lets other kinds through: they are counted apart', async () => {
    const { machines, calls } = opened();
    await machines.start(sampleVm()).catch(() => {});
    await machines.deallocate(sampleVm());
    expect(calls).toEqual(['start vm01', 'deallocate vm01']);
  });
});
