import { edit, type Mutant } from './mutant.ts';

/** The rules of which the watchdog takes care, and the one about scripts. */
export const watchMutants: Mutant[] = [
  {
    rule: 'versions apart for callers that name no job',
    breaks: 'I1',
    seed: 29,
    edits: [
      edit(
        'room.ts',
        `if (facts.heard.get(vm.name.toLowerCase())?.namesJobs) return true;`,
        `if (vm) return true;`,
      ),
    ],
  },
  {
    rule: 'silence',
    breaks: 'I7',
    seed: 4,
    edits: [edit('silence.ts', `if (!first) return false;`, `if (first || !first) return false;`)],
  },
  {
    rule: 'sweep',
    breaks: 'I7',
    seed: 16,
    edits: [edit('sweep.ts', `await turn.attempt(() => assign(fileName, world));`, ``)],
  },
  {
    rule: 'look at the resting',
    breaks: 'I7',
    seed: 75,
    edits: [edit('sweep.ts', `await turn.attempt(() => lookAtResting(`, `void (() => lookAtResting(`)],
  },
  {
    rule: 'cleaning of messages',
    breaks: 'I7',
    seed: 3,
    edits: [
      edit('tend.ts', `await attempt(() => cleanMessages(turn, world));`, `await attempt(async () => 0);`),
    ],
  },
  {
    rule: 'idle grace ends',
    breaks: 'I4',
    seed: 1,
    edits: [
      edit(
        'go-on.ts',
        'return caller.asksAgain && !vm.disabled && world.now() - vm.idleSince < world.rules.idleMsMax;',
        'return true;',
      ),
    ],
  },
  {
    rule: 'each move in the history',
    breaks: 'I6',
    seed: 1,
    edits: [edit('decide.ts', '[...job.history, line].slice(-historyLinesMax)', '[line, ...job.history]')],
  },
  {
    rule: 'a lease is held by its VM alone',
    breaks: 'I8',
    seed: 275,
    edits: [edit('lease.ts', ' && sameName(job.vmName, lease.vmName)', '')],
  },
];
