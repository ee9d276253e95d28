import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../src/core/message.ts';
import { openTown } from '../core/town.ts';
import { contextOf, openDoor } from './doors.ts';

type Door = (given: unknown, context: unknown, world: unknown) => Promise<void>;

const { funcBlobDataProcessing } = (await openDoor('funcBlobDataProcessing')) as unknown as Record<
  string,
  Door
>;
const { funcQueueLog } = (await openDoor('funcQueueLog')) as unknown as Record<string, Door>;
const { funcTimerWatchdog } = (await openDoor('funcTimerWatchdog')) as unknown as Record<string, Door>;
const { funcTimerData } = (await openDoor('funcTimerData')) as unknown as Record<string, Door>;

describe('funcBlobDataProcessing', () => {
  it('takes the file’s name from the trigger, slashes and all, and not its content', async () => {
    const town = openTown(['vm01']);
    town.upload('a/b c/ü#?.json');
    await funcBlobDataProcessing?.(undefined, contextOf({ blobTrigger: 'data/a/b c/ü#?.json' }), town.world);
    expect(town.job('a/b c/ü#?.json').state).toBe('assigned');
  });
});

describe('funcQueueLog', () => {
  it('writes a row for what a VM says, encoded or not', async () => {
    const town = openTown([]);
    const event = { vmName: 'vm01', fileName: 'a.json', message: 'hello', level: 'Warning', event: 'spoke' };
    await funcQueueLog?.(encodeMessage(event), contextOf(), town.world);
    await funcQueueLog?.({ VMName: 'vm02', message: 'plain' }, contextOf(), town.world);
    expect(town.memory.log).toMatchObject([
      {
        writer: 'Vmagent',
        level: 'warning',
        event: 'spoke',
        message: 'hello',
        vmName: 'vm01',
        fileName: 'a.json',
      },
      { writer: 'Vmagent', level: 'info', event: 'log', message: 'plain', vmName: 'vm02' },
    ]);
  });

  it('moves what it cannot read to the poison queue, whole, and says so in one row', async () => {
    const town = openTown([]);
    await funcQueueLog?.('%%% not a message', contextOf(), town.world);
    expect([...town.memory.queues['log-poison'].values()].map(({ text }) => text)).toEqual([
      '%%% not a message',
    ]);
    expect(town.memory.log).toMatchObject([{ event: 'unreadable', level: 'warning' }]);
  });
});

describe('funcTimerWatchdog', () => {
  it('tends the pool', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    await town.arrive('a.json');
    town.editVm('vm01', { disabled: false });
    await funcTimerWatchdog?.({}, contextOf(), town.world);
    expect(town.job('a.json').state).toBe('assigned');
  });
});

describe('funcTimerData', () => {
  it('collects from the sources that are set', async () => {
    const asked: string[] = [];
    const world = {
      now: () => 0,
      log: async () => {},
      remembered: async () => new Map(),
      fetchItem: async ({ name }: { name: string }) => {
        asked.push(name);
        return { status: 'unchanged' };
      },
    };
    await funcTimerData?.({}, contextOf(), world);
    expect(asked).toEqual(['prices']);
  });
});
