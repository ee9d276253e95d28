import type { Job } from '../../src/core/job.ts';
import type { LogLine } from '../../src/core/log.ts';
import type { Heard, Vm } from '../../src/core/vm.ts';
import type { FileFacts, IndexEntry, Power } from '../../src/core/world.ts';

/** Everything that the world in memory holds: what Azure's tables, queues, containers and ARM would. */
export interface Memory {
  /** By name as written. */
  vms: Map<string, Vm>;
  /** By name in lower case. */
  heard: Map<string, Heard>;
  /** By job id; so are the results. */
  jobs: Map<string, Job>;
  results: Map<string, Job>;
  /** By the key that tells one entry from another. */
  index: Map<string, IndexEntry>;
  /** Job ids by the id of their workflow's first job. */
  joined: Map<string, Set<string>>;
  /** Messages by id, oldest first, of each queue. */
  queues: Record<'processing' | 'processing-poison' | 'log-poison' | 'blob-poison', Map<string, Message>>;
  /** Blobs in `data` by name. */
  files: Map<string, FileFacts>;
  /** By VM name in lower case; a VM that ARM does not know has none. */
  powers: Map<string, Power>;
  /** Oldest first. */
  log: LogLine[];
  /** A text that was never given out before: versions, ETags, message ids. */
  fresh(): string;
}

export interface Message {
  popReceipt: string;
  text: string;
  sentAt: number;
  /** When it can be seen again (ms since the epoch). */
  hiddenUntil: number;
}

export function emptyMemory(): Memory {
  let given = 0;
  return {
    vms: new Map(),
    heard: new Map(),
    jobs: new Map(),
    results: new Map(),
    index: new Map(),
    joined: new Map(),
    queues: {
      processing: new Map(),
      'processing-poison': new Map(),
      'log-poison': new Map(),
      'blob-poison': new Map(),
    },
    files: new Map(),
    powers: new Map(),
    log: [],
    fresh() {
      given += 1;
      return `0x${given.toString(16).toUpperCase()}`;
    },
  };
}

/** The items in the order of their keys, as a table has them; all, or those whose keys are wanted. */
export function byKey<T>(items: ReadonlyMap<string, T>, isWanted?: (key: string) => boolean): T[] {
  const wanted = isWanted ? [...items].filter(([key]) => isWanted(key)) : [...items];
  return wanted.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
