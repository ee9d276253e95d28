import { isJobId } from './job.ts';
import type { Rules } from './rules.ts';
import type { FileFacts } from './world.ts';

/** What a blob's metadata says about the job to come; what is missing or wrong has its default. */
export interface Tags {
  action: string;
  priority: number;
  /** VMs that handed it on before; 0 for a file from outside. */
  hop: number;
  /** The first job of its workflow; '' for a file from outside. */
  rootJobId: string;
}

const actionPattern = /^[a-z0-9-]{1,63}$/;

/** Whether a text can be an action: it is a part of a table key, of file names and of settings. */
export function isAction(text: string): boolean {
  return actionPattern.test(text);
}

/** Reads the tags of a file. */
export function tagsOf(file: Pick<FileFacts, 'metadata'>, rules: Pick<Rules, 'defaultAction'>): Tags {
  const { action = '', priority, hop, root = '' } = file.metadata;
  const rootJobId = isJobId(root) ? root : '';
  return {
    action: isAction(action) ? action : rules.defaultAction,
    priority: priority !== undefined && /^[0-9]$/.test(priority) ? Number(priority) : 5,
    hop: hop !== undefined && /^[0-9]{1,4}$/.test(hop) ? Number(hop) : 0,
    rootJobId,
  };
}
