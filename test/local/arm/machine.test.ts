import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Power } from '../../../src/core/world.ts';
import { type Machine, makeMachine } from '../../../src/local/arm/machine.ts';
import { makeOperations } from '../../../src/local/arm/operation.ts';
import { Refusal } from '../../../src/local/arm/refusal.ts';

const bootMs = 3000;
const deallocateMs = 1000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A machine and the powers that it went through, with their times. */
function open(): { machine: Machine; seen: { power: Power; at: number }[] } {
  const seen: { power: Power; at: number }[] = [];
  const startedAt = Date.now();
  const machine = makeMachine('vm01', {
    operations: makeOperations(Date.now),
    pace: (what) => (what === 'boot' ? bootMs : deallocateMs),
    now: Date.now,
    onPower: (power) => seen.push({ power, at: Date.now() - startedAt }),
  });
  return { machine, seen };
}

/** The refusal that a call throws, as ARM words it. */
function refusalOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
  return undefined;
}

describe('a machine', () => {
  it('boots in its time, is billed while it is on, and is deallocated in its time', () => {
    const { machine, seen } = open();
    const start = machine.start();
    vi.advanceTimersByTime(bootMs);
    expect(start).toMatchObject({ status: 'Succeeded', endedAt: start.startedAt + bootMs });
    vi.advanceTimersByTime(5000);
    const deallocation = machine.deallocate();
    expect(deallocation.status).toBe('InProgress');
    vi.advanceTimersByTime(deallocateMs);
    expect(deallocation.status).toBe('Succeeded');
    expect(seen).toEqual([
      { power: 'starting', at: 0 },
      { power: 'running', at: 3000 },
      { power: 'deallocating', at: 8000 },
      { power: 'deallocated', at: 9000 },
    ]);
    expect(machine.usage()).toEqual({ starts: 1, onMs: 5000 });
  });

  it('joins a repeated start or deallocation to the one under way, and does nothing where all is done', () => {
    const { machine, seen } = open();
    expect(machine.deallocate().status).toBe('Succeeded');
    const start = machine.start();
    expect(machine.start()).toBe(start);
    vi.advanceTimersByTime(bootMs);
    expect(machine.start().status).toBe('Succeeded');
    const deallocation = machine.deallocate();
    expect(machine.deallocate()).toBe(deallocation);
    vi.advanceTimersByTime(deallocateMs);
    expect(seen).toHaveLength(4);
    expect(machine.usage().starts).toBe(1);
  });

  it('refuses a start while it is being deallocated', () => {
    const { machine } = open();
    machine.start();
    vi.advanceTimersByTime(bootMs);
    machine.deallocate();
    expect(refusalOf(() => machine.start())).toMatchObject({
      status: 409,
      body: { error: { code: 'OperationNotAllowed', message: expect.stringContaining('another operation') } },
    });
    vi.advanceTimersByTime(deallocateMs);
    expect(refusalOf(() => machine.start())).toBeUndefined();
  });

  it('gives a boot up for a deallocation', () => {
    const { machine } = open();
    const start = machine.start();
    vi.advanceTimersByTime(bootMs / 2);
    machine.deallocate();
    expect(start).toMatchObject({ status: 'Canceled', error: { code: 'OperationPreempted' } });
    vi.advanceTimersByTime(bootMs);
    expect(machine.power()).toBe('deallocated');
    expect(machine.usage()).toEqual({ starts: 1, onMs: 0 });
  });

  it('falls back when its boot fails', () => {
    const { machine } = open();
    const start = machine.start('ZonalAllocationFailed');
    expect(machine.power()).toBe('starting');
    vi.advanceTimersByTime(bootMs);
    expect(start).toMatchObject({ status: 'Failed', error: { code: 'ZonalAllocationFailed' } });
    expect(machine.power()).toBe('deallocated');
  });

  it('hangs in its boot until it is deallocated', () => {
    const { machine } = open();
    const start = machine.start('hang');
    vi.advanceTimersByTime(bootMs * 1000);
    expect([machine.power(), start.status]).toEqual(['starting', 'InProgress']);
    machine.deallocate();
    vi.advanceTimersByTime(deallocateMs);
    expect(machine.power()).toBe('deallocated');
  });

  it('is billed with its guest shut down, and can be started or deallocated from there', () => {
    const { machine } = open();
    machine.start();
    vi.advanceTimersByTime(bootMs);
    machine.switchOff();
    vi.advanceTimersByTime(7000);
    expect(machine.power()).toBe('stopped');
    expect(machine.usage().onMs).toBe(7000);
    machine.start();
    vi.advanceTimersByTime(bootMs);
    expect(machine.power()).toBe('running');
    machine.switchOff();
    machine.deallocate(60_000);
    vi.advanceTimersByTime(59_999);
    expect(machine.power()).toBe('deallocating');
    vi.advanceTimersByTime(1);
    expect(machine.power()).toBe('deallocated');
  });

  it('comes back by itself after a crash', () => {
    const { machine, seen } = open();
    machine.start();
    vi.advanceTimersByTime(bootMs);
    machine.crash();
    vi.advanceTimersByTime(bootMs);
    expect(seen.map(({ power }) => power)).toEqual(['starting', 'running', 'starting', 'running']);
    expect(machine.usage().starts).toBe(1);
  });

  it('has no guest to shut down and no host to lose unless it is running', () => {
    const { machine } = open();
    expect(() => machine.switchOff()).toThrow('vm01');
    expect(() => machine.crash()).toThrow('vm01');
    expect(machine.power()).toBe('deallocated');
  });

  it('does nothing more once it is closed', () => {
    const { machine } = open();
    machine.start();
    machine.close();
    vi.advanceTimersByTime(bootMs * 10);
    expect(machine.power()).toBe('starting');
  });

  it('stays in the table of moves and bills what it was on for, whatever is done to it', () => {
    const action = fc.oneof(
      fc.constantFrom('start', 'deallocate', 'switchOff', 'crash', 'hang', 'fail'),
      fc.integer({ min: 1, max: 5000 }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const { machine, seen } = open();
        const beganAt = Date.now();
        for (const action of actions) {
          const running = machine.power() === 'running';
          if (typeof action === 'number') vi.advanceTimersByTime(action);
          else if (action === 'start') refusalOf(() => machine.start());
          else if (action === 'hang') refusalOf(() => machine.start('hang'));
          else if (action === 'fail') refusalOf(() => machine.start('quota'));
          else if (action === 'deallocate') machine.deallocate();
          else if (running) machine[action]();
        }
        const end = { power: 'deallocated', at: Date.now() - beganAt };
        const onMs = [...seen, end].reduce((sum, { at }, index) => {
          const before = seen[index - 1];
          return before && ['running', 'stopped'].includes(before.power) ? sum + at - before.at : sum;
        }, 0);
        expect(machine.usage().onMs).toBe(onMs);
        machine.deallocate();
        vi.advanceTimersByTime(deallocateMs);
        expect(machine.power()).toBe('deallocated');
      }),
    );
  });
});
