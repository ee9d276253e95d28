import type { CallerCheck } from '../core/callers.ts';
import type { Between } from './between.ts';

/** How large a world to open, and on what. */
export interface BoxOptions {
  vms: number;
  files: number;
  bootSeconds: number;
  /** A folder of the user's own files, instead of the data sets. */
  data?: string;
  /** A guest program of the user's own, `COMMAND {input} {output}`, instead of the two-step cycle. */
  program?: string;
  /** Exit codes of that program that no further run would mend. */
  permanentExitCodes?: number[];
  /** By what the function app knows the VMs that call it. */
  callerCheck: CallerCheck;
  /** Seeds the boot times. */
  seed: number;
  /** Keep the storage of the last run, and that of this one. */
  keep: boolean;
  /** Which host runs the function app: our own, or Core Tools. */
  host: 'local' | 'func';
  /** Where the world keeps its storage, logs and work folders. */
  folder: string;
  /** Settings of the function app that differ from the box's own. */
  settings?: Record<string, string>;
  /** Where the functions are wanted; a free port if it is taken. */
  port: number;
  /** What stands between the function app and the agents and what they call; nothing, if not given. */
  between?: Between;
}
