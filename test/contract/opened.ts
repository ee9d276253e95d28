import type { World } from '../../src/core/world.ts';

/** A world under test, and what the test does to it behind the world's back. */
export interface Opened {
  world: World;
  /** Writes rows of VMs as a person would: with nothing but their names. */
  addVms(names: readonly string[]): Promise<void>;
  /** Sets what people set on a row. */
  editVm(name: string, columns: { disabled?: boolean; actions?: string[] }): Promise<void>;
  removeVm(name: string): Promise<void>;
  /** Uploads a small file into `data`, over what may be there. */
  upload(fileName: string, metadata?: Record<string, string>): Promise<void>;
  /** The texts of the messages that can be seen, without taking them. */
  peek(): Promise<string[]>;
  /** Takes the messages as a VM's program does, which makes their tickets stale; they stay in the queue. */
  take(): Promise<void>;
  /** The texts in a poison queue. */
  poisoned(queue: 'processing' | 'log'): Promise<string[]>;
  /** The VM and the result name of the result row of a job. */
  result(jobId: string): Promise<{ vmName: string; resultName: string } | undefined>;
  /** Names of VMs that exist, are off, and have no row yet. */
  machines: readonly string[];
  close(): Promise<void>;
}
