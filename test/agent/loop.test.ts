import { afterEach, describe, expect, it, vi } from 'vitest';
import { runAgent } from '../../src/agent/loop.ts';
import type { Plan } from '../../src/agent/plan.ts';
import type { AgentWorld, Answer, Download, Folder, GuestEnd } from '../../src/agent/world.ts';
import { AppError } from '../../src/core/errors.ts';
import { encodeMessage } from '../../src/core/message.ts';
import {
  claimOf,
  guestOf,
  guestRunning,
  inTurn,
  nothing,
  planOf,
  type ScriptedWorld,
  scriptWorld,
  sleep,
} from './scripted-world.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Runs the agent for so long on the scripted clock, then ends it. */
async function live(ms: number, scripted: ScriptedWorld, plan: Plan = planOf()): Promise<void> {
  const stop = new AbortController();
  const ended = runAgent(plan, stop.signal, scripted.world);
  await vi.advanceTimersByTimeAsync(ms);
  stop.abort();
  await ended;
}

const handOut = (changes: object = {}) => ({ stop: false, next: claimOf(changes) });
const noAnswer = new AppError('unavailable', 'no answer');
const leaseGone = new AppError('lease_lost', 'moved to vm02');
const messageFor = (vmName: string, jobId = 'f00') =>
  encodeMessage({ vmName, fileName: 'in/cars.csv', action: 'profile', jobId, attempt: 1 });

describe('the work of a file', () => {
  it('goes from the claim to the report in one order', async () => {
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), run: guestRunning(1000) });
    await live(1000, scripted);
    expect(scripted.calls).toEqual([
      '0 clear',
      '0 next',
      '0 open f00.1',
      '0 download in/cars.csv 0x1',
      '0 run profile /w/f00.1/in/cars.csv /w/f00.1/out/output.json',
      '1000 upload f00.1.json',
      '1000 finish f00.1 ok',
      '1000 close f00.1',
    ]);
    expect(vi.getTimerCount()).toBe(0);
    expect(scripted.reports).toEqual([
      {
        fileName: 'in/cars.csv',
        jobId: 'f00',
        attempt: 1,
        status: 'ok',
        resultName: 'f00.1.json',
        error: '',
        durationMs: 1000,
      },
    ]);
    expect(scripted.events.map((event) => event.split(' ')[0])).toEqual([
      'started',
      'file-begun',
      'file-done',
      'stopped',
    ]);
  });

  it('gives the guest program what its configuration says, in its own folder or in that of the run', async () => {
    const runs: object[] = [];
    const run: AgentWorld['run'] = async (given) => {
      runs.push(given);
      return { ok: true, reason: '', tail: '' };
    };
    const guests = new Map([['profile', guestOf({ workingFolder: '/opt/p' })]]);
    const next = inTurn(handOut(), handOut({ jobId: 'f01', action: 'other' }), nothing);
    await live(
      60_000,
      scriptWorld({ next, run }),
      planOf({ guests, otherGuest: guestOf({ command: ['o', '{action}'] }) }),
    );
    expect(runs).toMatchObject([
      {
        action: 'profile',
        workingFolder: '/opt/p',
        environment: { MODE: 'x' },
        output: '/w/f00.1/out/output.json',
      },
      { action: 'other', workingFolder: '/w/f01.1', command: ['o', 'other'] },
    ]);
  });

  it('goes on with the file in the answer to its report, without asking', async () => {
    const finish = inTurn(handOut({ jobId: 'f01' }), handOut({ jobId: 'f02' }), nothing);
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), finish });
    await live(0, scripted);
    expect(scripted.reports.map((report) => report.jobId)).toEqual(['f00', 'f01', 'f02']);
    expect(scripted.calls.filter((call) => call.endsWith('next'))).toHaveLength(1);
  });

  it('reports a guest program that fails, with why and the last that it said', async () => {
    const run = async () => ({ ok: false, reason: 'exit code 3', tail: 'line 7 is broken' });
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), run });
    await live(0, scripted);
    expect(scripted.reports).toMatchObject([
      { status: 'failed', resultName: '', error: 'exit code 3\nline 7 is broken' },
    ]);
    expect(scripted.calls.join()).not.toContain('upload');
  });

  it('reports an exit code as permanent if its configuration says so, and no other', async () => {
    const guests = new Map([['profile', guestOf({ permanentExitCodes: [2, 65] })]]);
    const ends = [2, 3].map((exitCode) => ({
      ok: false,
      reason: `exit code ${exitCode}`,
      tail: '',
      exitCode,
    }));
    const run = inTurn<GuestEnd>(...ends);
    const scripted = scriptWorld({ next: inTurn(handOut(), handOut({ jobId: 'f01' }), nothing), run });
    await live(60_000, scripted, planOf({ guests }));
    expect(scripted.reports).toMatchObject([
      { status: 'failed', error: 'exit code 2, which is declared permanent', permanent: true },
      { status: 'failed', error: 'exit code 3' },
    ]);
    expect(scripted.reports[1]).not.toHaveProperty('permanent');
  });

  it('does not take the exit code of a program that it ended itself for permanent', async () => {
    const guests = new Map([['profile', guestOf({ permanentExitCodes: [2], timeLimitMs: 1000 })]]);
    const run: AgentWorld['run'] = async (_run, signal) => {
      await sleep(60_000, signal);
      return { ok: false, reason: 'exit code 2', tail: '', exitCode: 2 };
    };
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), run });
    await live(5000, scripted, planOf({ guests }));
    expect(scripted.reports).toMatchObject([{ status: 'failed', error: 'time limit of 1 s reached' }]);
    expect(scripted.reports[0]).not.toHaveProperty('permanent');
  });

  it.each([
    ['changed', 'superseded'],
    ['gone', 'gone'],
  ] as const)('reports a file that is %s as %s, and runs nothing', async (outcome, error) => {
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), download: async () => ({ outcome }) });
    await live(0, scripted);
    expect(scripted.reports).toMatchObject([{ status: 'failed', error }]);
    expect(scripted.calls.join()).not.toContain('run');
  });

  it.each(['chart', 'constructor'])(
    'reports the action %s, for which it has no guest program',
    async (action) => {
      const scripted = scriptWorld({ next: inTurn(handOut({ action }), nothing) });
      await live(0, scripted);
      expect(scripted.reports).toMatchObject([
        { status: 'failed', error: `no guest program for action "${action}" on vm01` },
      ]);
    },
  );

  it('tries a transfer again while that may help, a few times', async () => {
    const upload = vi.fn(inTurn<void>(noAnswer, noAnswer, undefined));
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), uploadResult: upload });
    await live(20_000, scripted);
    expect(upload).toHaveBeenCalledTimes(3);
    expect(scripted.reports).toMatchObject([{ status: 'ok' }]);

    const download = vi.fn(inTurn<Download>(noAnswer));
    const hopeless = scriptWorld({ next: inTurn(handOut(), nothing), download });
    await live(120_000, hopeless);
    expect(download).toHaveBeenCalledTimes(5);
    expect(hopeless.reports).toMatchObject([{ status: 'failed', error: 'no answer' }]);
  });

  it('takes a full disk as a failure of this attempt only', async () => {
    const openFolder = inTurn<Folder>(new Error('ENOSPC: no space left on device'));
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), openFolder });
    await live(30_000, scripted);
    expect(scripted.reports).toMatchObject([{ status: 'failed', error: 'ENOSPC: no space left on device' }]);
    expect(scripted.calls.at(-1)).toMatch(/next$/);
  });

  it('works on although a folder could not be removed', async () => {
    const closeFolder = inTurn<void>(new Error('EBUSY'));
    const finish = inTurn(handOut({ jobId: 'f01' }), nothing);
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), finish, closeFolder });
    await live(0, scripted);
    expect(scripted.reports).toHaveLength(2);
    expect(scripted.events).toContain('folder-left in/cars.csv EBUSY');
  });
});

describe('the time limit', () => {
  it.each([
    ['the functions’', guestOf(), 600_000],
    ['the guest’s own', guestOf({ timeLimitMs: 30_000 }), 30_000],
  ])('is %s and ends the guest program', async (_, guest, limitMs) => {
    const killed: string[] = [];
    const next = inTurn(handOut({ timeLimitSeconds: 600 }), nothing);
    const scripted = scriptWorld({ next, run: guestRunning(1e9, killed) });
    await live(limitMs, scripted, planOf({ guests: new Map([['profile', guest]]) }));
    expect(killed).toEqual(['profile']);
    expect(scripted.reports).toMatchObject([
      { status: 'failed', durationMs: limitMs, error: `time limit of ${limitMs / 1000} s reached\nso far` },
    ]);
  });

  it('ends a download that hangs, too', async () => {
    const download: AgentWorld['download'] = async (_name, _etag, _path, signal) => {
      await sleep(1e9, signal);
      throw new AppError('unavailable', 'aborted');
    };
    const scripted = scriptWorld({ next: inTurn(handOut({ timeLimitSeconds: 600 }), nothing), download });
    await live(600_000, scripted);
    expect(scripted.reports).toMatchObject([{ status: 'failed', error: 'time limit of 600 s reached' }]);
  });
});

describe('handing on', () => {
  const plan = planOf({ guests: new Map([['profile', guestOf({ next: 'chart' })]]) });
  const handOnsOf = (scripted: ScriptedWorld) =>
    scripted.calls.filter((call) => call.includes('handOn')).map((call) => call.replace(/^.*?handOn /, ''));

  it('puts the output into the data before the report, as a file of its own', async () => {
    const scripted = scriptWorld({ next: inTurn(handOut({ attempt: 2 }), nothing) });
    await live(0, scripted, plan);
    expect(scripted.calls.slice(-4)).toEqual([
      '0 upload f00.2.json',
      '0 handOn f00.chart.json {"action":"chart","hop":"1","root":"f00"}',
      '0 finish f00.2 ok',
      '0 close f00.2',
    ]);
  });

  it('inherits priority and root, and counts the hops', async () => {
    const metadata = { action: 'profile', priority: '0', hop: '7', root: 'e00', source: 'web' };
    const scripted = scriptWorld({
      next: inTurn(handOut(), nothing),
      download: async () => ({ outcome: 'ok', metadata }),
    });
    await live(0, scripted, plan);
    expect(handOnsOf(scripted)).toEqual([
      'f00.chart.json {"priority":"0","action":"chart","hop":"8","root":"e00"}',
    ]);
  });

  it('fails a file that was handed on too often, before any work', async () => {
    const scripted = scriptWorld({
      next: inTurn(handOut(), nothing),
      download: async () => ({ outcome: 'ok', metadata: { hop: '8', root: 'e00' } }),
    });
    await live(0, scripted, plan);
    expect(scripted.reports).toMatchObject([{ status: 'failed', error: expect.stringContaining('8 times') }]);
    expect(scripted.calls.join()).not.toMatch(/run|upload|handOn/);
  });
});

describe('the lease', () => {
  const renewalsOf = (scripted: ScriptedWorld) => scripted.calls.filter((call) => call.includes('renew'));

  it('is renewed while the guest program runs, and no longer', async () => {
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), run: guestRunning(200_000) });
    await live(1_000_000, scripted);
    expect(renewalsOf(scripted)).toEqual(['60000 renew f00.1', '120000 renew f00.1', '180000 renew f00.1']);
    expect(scripted.reports).toMatchObject([{ status: 'ok' }]);
  });

  it('is renewed at least three times in its length', async () => {
    const next = inTurn(handOut({ leaseSeconds: 15 }), nothing);
    const scripted = scriptWorld({ next, run: guestRunning(16_000) });
    await live(16_000, scripted);
    expect(renewalsOf(scripted)).toEqual(['5000 renew f00.1', '10000 renew f00.1', '15000 renew f00.1']);
  });

  it('is refused: kills the guest program, reports and uploads nothing, asks anew', async () => {
    const killed: string[] = [];
    const renew = inTurn<Answer>(leaseGone);
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), renew, run: guestRunning(1e9, killed) });
    await live(65_000, scripted);
    expect(killed).toEqual(['profile']);
    expect(scripted.calls.slice(-3)).toEqual(['60000 renew f00.1', '60000 close f00.1', '65000 next']);
    expect(scripted.reports).toEqual([]);
    expect(scripted.events).toContain('lease-lost in/cars.csv moved to vm02');
  });

  it('is refused during the last upload: reports nothing all the same', async () => {
    const handOn = () => sleep(70_000);
    const renew = inTurn<Answer>(leaseGone);
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), renew, handOn });
    await live(70_000, scripted, planOf({ guests: new Map([['profile', guestOf({ next: 'chart' })]]) }));
    expect(scripted.calls.at(-1)).toBe('70000 close f00.1');
    expect(scripted.reports).toEqual([]);
  });

  it('runs out without an answer: kills the guest program, reports nothing', async () => {
    const killed: string[] = [];
    const renew = inTurn<Answer>(noAnswer);
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), renew, run: guestRunning(1e9, killed) });
    await live(304_999, scripted);
    expect(killed).toEqual(['profile']);
    expect(scripted.calls.at(-1)).toBe('300000 close f00.1');
    expect(scripted.reports).toEqual([]);
    expect(scripted.events).toContain('lease-lost in/cars.csv the lease ran out without a renewal');
  });

  it('survives renewals that fail for a while', async () => {
    const renew = inTurn(noAnswer, noAnswer, noAnswer, handOut());
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), renew, run: guestRunning(400_000) });
    await live(400_000, scripted);
    expect(scripted.reports).toMatchObject([{ status: 'ok' }]);
  });

  it('counts from the question, not from the answer', async () => {
    const next = async () => {
      await sleep(10_000);
      return handOut({ leaseSeconds: 30 });
    };
    const scripted = scriptWorld({ next, renew: inTurn<Answer>(noAnswer), run: guestRunning(1e9) });
    await live(34_999, scripted);
    expect(scripted.calls.at(-1)).toBe('30000 close f00.1');
  });
});

describe('the report', () => {
  const finishesOf = (scripted: ScriptedWorld) => scripted.calls.filter((call) => call.includes('finish'));

  it('is repeated until it is answered, always the same', async () => {
    const throttled = new AppError('throttled', 'later', { retryAfterMs: 60_000 });
    const finish = inTurn(noAnswer, noAnswer, throttled, nothing);
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), finish });
    await live(200_000, scripted);
    expect(finishesOf(scripted)).toEqual([
      '0 finish f00.1 ok',
      '1250 finish f00.1 ok',
      '3750 finish f00.1 ok',
      '78750 finish f00.1 ok',
    ]);
    expect(new Set(scripted.reports.map((report) => JSON.stringify(report))).size).toBe(1);
  });

  it('is given up when it is refused for good', async () => {
    const refused = new AppError('bad_input', 'no such file');
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), finish: inTurn<Answer>(refused) });
    await live(5000, scripted);
    expect(finishesOf(scripted)).toHaveLength(1);
    expect(scripted.events).toContain('report-refused in/cars.csv no such file');
    expect(scripted.calls.at(-1)).toBe('5000 next');
  });

  it('keeps its lease, but is not held up when that is gone', async () => {
    const renew = inTurn(handOut(), leaseGone);
    const finish = async () => {
      await sleep(150_000);
      return nothing;
    };
    const scripted = scriptWorld({ next: inTurn(handOut(), nothing), renew, finish });
    await live(150_000, scripted);
    expect(scripted.calls.slice(-4)).toEqual([
      '0 finish f00.1 ok',
      '60000 renew f00.1',
      '120000 renew f00.1',
      '150000 close f00.1',
    ]);
  });
});

describe('the end of the agent', () => {
  it('kills the guest program, hands the file back and reports nothing', async () => {
    const killed: string[] = [];
    const scripted = scriptWorld({ next: async () => handOut(), run: guestRunning(1e9, killed) });
    await live(10_000, scripted);
    expect(killed).toEqual(['profile']);
    expect(scripted.calls.slice(-2)).toEqual(['10000 release f00.1', '10000 close f00.1']);
    expect(scripted.reports).toEqual([]);
  });

  it('hands back a file that is still being claimed', async () => {
    const next = async () => {
      await sleep(10_000);
      return handOut();
    };
    const scripted = scriptWorld({ next });
    const stop = new AbortController();
    const ended = runAgent(planOf(), stop.signal, scripted.world);
    await vi.advanceTimersByTimeAsync(5000);
    stop.abort();
    await vi.advanceTimersByTimeAsync(5000);
    await ended;
    expect(scripted.calls).toEqual(['0 clear', '0 next', '10000 release f00.1', '10000 close f00.1']);
  });

  it('does not wait for a report that nobody answers, but hands the file back', async () => {
    const scripted = scriptWorld({ next: async () => handOut(), finish: inTurn<Answer>(noAnswer) });
    await live(100_000, scripted);
    expect(scripted.calls.slice(-2)).toEqual(['100000 release f00.1', '100000 close f00.1']);
  });

  it('comes although the file cannot be handed back', async () => {
    const release = inTurn<void>(leaseGone);
    const scripted = scriptWorld({ next: async () => handOut(), run: guestRunning(1e9), release });
    await live(1000, scripted);
    expect(scripted.events).toContain('file-not-released in/cars.csv moved to vm02');
    expect(scripted.events.at(-1)).toMatch(/^stopped/);
  });

  it('comes while nobody answers the question for work', async () => {
    const scripted = scriptWorld({ next: inTurn<Answer>(noAnswer) });
    await live(100_000, scripted);
    expect(scripted.events.at(-1)).toMatch(/^stopped/);
  });
});

describe('waiting', () => {
  const questionsOf = ({ calls }: ScriptedWorld) =>
    calls.filter((call) => call.endsWith(' next')).map((call) => Number.parseInt(call, 10));

  it('looks at the queue often and asks now and then', async () => {
    const scripted = scriptWorld({ peek: async () => [messageFor('vm02'), 'garbage'] });
    await live(60_000, scripted);
    expect(questionsOf(scripted)).toEqual([0, 30_000, 60_000]);
    expect(scripted.peeks.slice(0, 4)).toEqual([5000, 10_000, 15_000, 20_000]);
  });

  it('asks at once when a message for its name appears, and once for each', async () => {
    const peek = inTurn<string[]>(
      [],
      [messageFor('VM01')],
      [messageFor('VM01')],
      [messageFor('vm01', 'f01')],
    );
    const scripted = scriptWorld({ peek });
    await live(25_000, scripted);
    expect(questionsOf(scripted)).toEqual([0, 10_000, 20_000]);
  });

  it('keeps quiet when it is told to stop, but asks on, and works if it is given a file', async () => {
    const stopping = { stop: true, next: null };
    const next = inTurn(stopping, stopping, handOut(), nothing);
    const scripted = scriptWorld({ next, peek: async () => [messageFor('vm01')] });
    await live(60_000, scripted);
    expect(questionsOf(scripted)).toEqual([0, 30_000, 60_000]);
    expect(scripted.peeks).toEqual([]);
    expect(scripted.reports).toHaveLength(1);
  });

  it.each(['not_in_pool', 'bad_input', 'unavailable'] as const)(
    'asks on after %s, ever more slowly',
    async (code) => {
      const scripted = scriptWorld({ next: inTurn<Answer>(new AppError(code, 'no')) });
      await live(100_000, scripted);
      expect(questionsOf(scripted)).toEqual([0, 1250, 3750, 8750, 18_750, 38_750, 76_250]);
      expect(scripted.events.filter((event) => event.startsWith('retrying'))).toHaveLength(1);
    },
  );

  it('asks on while the queue cannot be read, and says so once', async () => {
    const scripted = scriptWorld({ peek: inTurn<string[]>(noAnswer) });
    await live(60_000, scripted);
    expect(questionsOf(scripted)).toEqual([0, 30_000, 60_000]);
    expect(scripted.events.filter((event) => event.startsWith('peek-failed'))).toHaveLength(1);
  });

  it('does not hide an error of the program itself', async () => {
    const scripted = scriptWorld({ next: inTurn<Answer>(new TypeError('broken')) });
    await expect(runAgent(planOf(), new AbortController().signal, scripted.world)).rejects.toThrow('broken');
  });
});
