import { vi } from 'vitest';
import type { Plan } from '../../src/agent/plan.ts';
import type { AgentWorld, Answer, Claim, Report } from '../../src/agent/world.ts';

/** A world whose answers a test scripts, on the clock of vitest, which notes what was asked of it and when. */
export interface ScriptedWorld {
  world: AgentWorld;
  /** Lines such as `60000 renew f00.1`; looks at the queue are left out. */
  calls: string[];
  events: string[];
  reports: Report[];
  peeks: number[];
}

export const claimOf = (changes: Partial<Claim> = {}): Claim => ({
  fileName: 'in/cars.csv',
  etag: '0x1',
  action: 'profile',
  jobId: 'f00',
  attempt: 1,
  leaseSeconds: 300,
  timeLimitSeconds: 3600,
  ...changes,
});

export const nothing: Answer = { stop: false, next: null };

export const planOf = (changes: Partial<Plan> = {}): Plan => ({
  vmName: 'vm01',
  guests: new Map([['profile', guestOf()]]),
  otherGuest: undefined,
  peekMs: 5000,
  askMs: 30_000,
  renewMs: 60_000,
  hopsMax: 8,
  ...changes,
});

export const guestOf = (changes: object = {}) => ({
  command: ['profile', '{input}', '{output}'],
  extension: '.json',
  workingFolder: undefined,
  timeLimitMs: undefined,
  environment: { MODE: 'x' },
  next: undefined,
  permanentExitCodes: [],
  console: { files: 5, bytes: 1000 },
  ...changes,
});

/** Resolves after `ms` on the scripted clock, or when the signal fires. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

/** A world where all goes well at once and there is nothing to do, but for what the test says otherwise. */
export function scriptWorld(script: Partial<AgentWorld> = {}): ScriptedWorld {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const startedAt = performance.now();
  const scripted: ScriptedWorld = { world: {} as AgentWorld, calls: [], events: [], reports: [], peeks: [] };
  const now = () => performance.now() - startedAt;
  const note = (line: string) => scripted.calls.push(`${now()} ${line}`);
  const id = (claim: { jobId: string; attempt: number }) => `${claim.jobId}.${claim.attempt}`;
  const plain: AgentWorld = {
    now,
    random: () => 0.5,
    sleep,
    log: ({ event, fileName = '', message }) => {
      scripted.events.push(`${event} ${fileName} ${message}`);
    },
    next: async () => nothing,
    renew: async (claim) => ({ stop: false, next: claim }),
    release: async () => {},
    finish: async () => nothing,
    peek: async () => [],
    download: async () => ({ outcome: 'ok', metadata: {} }),
    uploadResult: async () => {},
    handOn: async () => {},
    openFolder: async (claim, extension) => ({
      path: `/w/${id(claim)}`,
      input: `/w/${id(claim)}/in/cars.csv`,
      output: `/w/${id(claim)}/out/output${extension}`,
    }),
    closeFolder: async () => {},
    clearFolders: async () => {},
    run: async () => ({ ok: true, reason: '', tail: '' }),
  };
  const chosen = { ...plain, ...script };
  const { next, renew, release, finish, peek, download, uploadResult, handOn, run } = chosen;
  const { openFolder, closeFolder, clearFolders } = chosen;
  scripted.world = {
    ...chosen,
    next: noted(() => note('next'), next),
    renew: noted((claim) => note(`renew ${id(claim)}`), renew),
    release: noted((claim) => note(`release ${id(claim)}`), release),
    finish: noted((report) => {
      note(`finish ${id(report)} ${report.status}`);
      scripted.reports.push(report);
    }, finish),
    peek: noted((_count) => scripted.peeks.push(now()), peek),
    download: noted((fileName, etag) => note(`download ${fileName} ${etag}`), download),
    uploadResult: noted((name) => note(`upload ${name}`), uploadResult),
    handOn: noted((name, _, metadata) => note(`handOn ${name} ${JSON.stringify(metadata)}`), handOn),
    openFolder: noted((claim) => note(`open ${id(claim)}`), openFolder),
    closeFolder: noted((claim) => note(`close ${id(claim)}`), closeFolder),
    clearFolders: noted(() => note('clear'), clearFolders),
    run: noted(({ command }) => note(`run ${command.join(' ')}`), run),
  };
  return scripted;
}

function noted<Given extends unknown[], Result>(
  note: (...given: Given) => unknown,
  call: (...given: Given) => Result,
): (...given: Given) => Result {
  return (...given) => {
    note(...given);
    return call(...given);
  };
}

/** Answers in turn; the last one is repeated. Errors are thrown. */
export function inTurn<T = Answer>(...answers: (NoInfer<T> | Error)[]): () => Promise<T> {
  let turn = 0;
  return async () => {
    const answer = answers[Math.min(turn++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer as T;
  };
}

/** A guest program that runs for `ms`, or until it is killed. */
export function guestRunning(ms: number, killed: string[] = []): AgentWorld['run'] {
  return async ({ action }, signal) => {
    await sleep(ms, signal);
    if (!signal.aborted) return { ok: true, reason: '', tail: '' };
    killed.push(action);
    return { ok: false, reason: 'ended by SIGTERM', tail: 'so far' };
  };
}
