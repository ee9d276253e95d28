import { builtPath } from './built.ts';
import { fromHere } from './from-here.ts';

/** What the VMs of the box run: one guest program an action, as an agent's configuration file has it. */
export interface GuestPlan {
  guests: Record<string, object>;
  /** The guest of every other action. */
  default?: object;
  /** The action that the collected files get. */
  firstAction: string;
  /** Result files that each file comes to. */
  steps: number;
}

const programs = builtPath('local/guests/');
/** Ten of them may run at once on a small machine: a small young generation, and no optimizer where a run is over before it pays. */
const smallNode = ['--max-semi-space-size=1'];

/**
 * The two-step cycle: `profile` computes statistics of a data set, and its output goes back into `data` for `chart`. Or
 * one program of the user's own.
 */
export function planGuests(program: string | undefined, permanentExitCodes: number[] = []): GuestPlan {
  if (program !== undefined)
    return {
      guests: {},
      default: { command: program, workingFolder: fromHere('.'), permanentExitCodes },
      firstAction: 'process',
      steps: 1,
    };
  const node = (file: string, ...flags: string[]) => {
    const command = [process.execPath, ...smallNode, ...flags, `${programs}${file}`];
    return [...command, '{input}', '{output}'];
  };
  return {
    guests: {
      profile: { command: node('profile.mjs'), extension: '.json', next: 'chart' },
      chart: { command: node('chart.mjs', '--no-opt'), extension: '.svg' },
    },
    firstAction: 'profile',
    steps: 2,
  };
}
