import { isOf } from '../../../src/agent/guest-processes.ts';
import type { Plan } from '../../../src/agent/plan.ts';
import { produce } from '../../../src/agent/produce.ts';
import { UnfitError } from '../../../src/agent/unfit.ts';
import type { AgentWorld, Claim } from '../../../src/agent/world.ts';
import type { Attack } from '../attack.ts';

const uid = 1001;

/** A process as the kernel shows it, by its real, effective, saved and file system id. */
function statusOf(ids: string, state = 'S', threads = 1): string {
  return `Name:\tguest\nState:\t${state}\nUid:\t${ids}\nThreads:\t${threads}\n`;
}

const running = [
  statusOf('1001\t1001\t1001\t1001'),
  statusOf('1001\t0\t0\t0'),
  statusOf('0\t0\t1001\t0'),
  statusOf('2000\t2000\t1001\t2000'),
  statusOf('1001\t1001\t1001\t1001', 'Z', 2),
];
const others = [
  statusOf('0\t0\t0\t0'),
  statusOf('11001\t11001\t11001\t11001'),
  statusOf('1001\t1001\t1001\t1001', 'Z'),
];

const plan: Plan = {
  vmName: 'vm01',
  guests: new Map(),
  otherGuest: {
    command: ['guest'],
    extension: '',
    workingFolder: undefined,
    timeLimitMs: 1000,
    environment: {},
    next: undefined,
    permanentExitCodes: [],
    console: { files: 1, bytes: 1 },
  },
  peekMs: 1,
  askMs: 1,
  renewMs: 1,
  hopsMax: 1,
};
const claim: Claim = {
  fileName: 'innocent.json',
  etag: 'e',
  action: 'process',
  jobId: 'a0',
  attempt: 1,
  leaseSeconds: 60,
  timeLimitSeconds: 60,
};
/** A machine on which no process can be started any more. */
const unfit: Pick<AgentWorld, 'now' | 'random' | 'sleep' | 'log' | 'openFolder' | 'download' | 'run'> = {
  now: () => 0,
  random: () => 0,
  sleep: (_ms, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  log: () => {},
  openFolder: async () => ({ path: '/work/a0.1', input: '/work/a0.1/in/i', output: '/work/a0.1/out/o' }),
  download: async () => ({ outcome: 'ok', metadata: {} }),
  run: async () => {
    throw new UnfitError('could not run: spawn EAGAIN');
  },
};

export const guestAttacks: Attack[] = [
  {
    name: 'guest: a process that can take its user back',
    steps: [
      ...running.map((status) => ({
        check: () => (isOf(uid, status) ? undefined : `it is not found: ${JSON.stringify(status)}`),
      })),
      ...others.map((status) => ({
        check: () => (isOf(uid, status) ? `another's is taken for it: ${JSON.stringify(status)}` : undefined),
      })),
    ],
  },
  {
    name: 'guest: a machine that it has made unfit',
    steps: [
      {
        check: () =>
          produce(claim, plan, new AbortController().signal, unfit as AgentWorld).then(
            ({ status }) => `an innocent file is reported as ${status}`,
            (error) => (error instanceof UnfitError ? undefined : String(error)),
          ),
      },
    ],
  },
];
