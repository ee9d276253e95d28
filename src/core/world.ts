import type { Callers } from './callers.ts';
import type { Job } from './job.ts';
import type { LogLine } from './log.ts';
import type { WorkMessage } from './message.ts';
import type { Rules } from './rules.ts';
import type { ReceivedMessage } from './search.ts';
import type { Heard, Ticket, Vm } from './vm.ts';

/**
 * All that the use cases ask of the world, in domain words. `src/azure` is the real one; the simulator has its own;
 * `test/contract` holds both to the same behaviour.
 *
 * Common to all of them: what cannot be had is `undefined` or a word in the result; what went wrong is an `AppError`
 * (`throttled`, `unavailable`, `no_permission`, …). A call that failed may have been executed all the same.
 */
export interface World {
  rules: Rules;
  /** Name of the container `data`, as the host's own messages have it. */
  container: string;
  /** ms since the epoch. */
  now(): number;
  /** 0 to 1, for jitter and for spreading takers. */
  random(): number;
  pool: Pool;
  jobs: Jobs;
  messages: Messages;
  files: Files;
  machines: Machines;
  callers: Callers;
  /** Writes one row of `tbllog`. */
  log(line: LogLine): Promise<void>;
}

export interface Pool {
  /** Every VM of the pool, however many there are, by name. */
  list(): Promise<Vm[]>;
  /** One VM; the name compares without case. */
  read(name: string): Promise<Vm | undefined>;
  /**
   * Writes what the protocol owns of the row (not what people set), if it is still the version that was read.
   * Returns the row with its new version; undefined if another write came first (as in `Jobs.write`) or the row is gone.
   */
  write(vm: Vm): Promise<Vm | undefined>;
  /** Notes, without condition, that a VM has spoken now. */
  hear(name: string, heard: Heard): Promise<void>;
  /** When each VM last spoke, by lower-case name. */
  heard(): Promise<Map<string, Heard>>;
}

export interface Jobs {
  read(id: string): Promise<Job | undefined>;
  /** Every job of the file that a job id belongs to, one for each of its versions ({@link nameHashIn}). */
  versions(jobId: string): Promise<Job[]>;
  /** Inserts a job that has no row yet (`version` is ignored); undefined if there is one. */
  insert(job: Job): Promise<Job | undefined>;
  /**
   * Writes a job if it is still the version that was read; undefined if another write came first. That other write may be this
   * very one: its answer was lost, and the client's own retry met it. Read again: it may be done already.
   */
  write(job: Job): Promise<Job | undefined>;
  /**
   * Lists a job in `waiting` by its action, priority, `dueAt(job)` and id, or in `resting` by its id and attempt.
   * Repeating it changes nothing. Keys of different attempts differ, so that an entry can be dropped by its key.
   */
  enlist(place: IndexPlace, job: Job): Promise<void>;
  /** Drops one such entry; already dropped is fine. */
  drop(entry: IndexEntry): Promise<void>;
  /**
   * The first entries of `waiting` that are due at `now`, of these actions (all actions if the list is empty), merged by
   * priority, then time.
   */
  waiting(actions: readonly string[], now: number, count: number): Promise<IndexEntry[]>;
  /** Every entry of an index, whether due or not. Ended work leaves it, so that reading it costs what is open. */
  listed(place: IndexPlace): Promise<IndexEntry[]>;
  /**
   * A page of the ids of a source, in the order of its rows. A page may hold fewer than `count`, even none, and still not be the
   * last: go on while it has a continuation. Throws `bad_input` for a continuation that is none of ours.
   */
  page(source: JobSource, count: number, continuation?: string): Promise<JobPage>;
  /** Joins a later step's job to the first of its workflow. */
  join(rootJobId: string, jobId: string): Promise<void>;
  /** Writes the result row of a completed job, keyed by its id; `duplicate` if it is there already, unchanged. */
  record(job: Job): Promise<'new' | 'duplicate'>;
}

/** Where the ids of many jobs stand together: an index, the results, or the later steps of a workflow. */
export type JobSource = IndexPlace | 'results' | { rootJobId: string };

export interface JobPage {
  ids: string[];
  continuation?: string;
}

export type IndexPlace = 'waiting' | 'resting';

/** One entry of an index: a pointer at a job, live only if that job's row says the same. */
export interface IndexEntry {
  place: IndexPlace;
  jobId: string;
  attempt: number;
  action: string;
  priority: number;
  /** `waiting`: when it is due, {@link dueAt} (ms since the epoch). */
  at: number;
}

export interface Messages {
  /** Sends the message for a listed file; it never expires. */
  send(message: WorkMessage): Promise<Ticket>;
  /**
   * Deletes a message. `gone` if it is not there, or was received by another since, and then it is left alone: somebody
   * has read it.
   */
  remove(ticket: Ticket, queue?: WatchedQueue): Promise<'removed' | 'gone'>;
  /** Up to 32 messages that can be seen, with no effect on anybody. None where the queue does not exist. */
  peek(queue: WatchedQueue): Promise<PeekedMessage[]>;
  /** Takes up to 32 messages, which nobody else sees for `visibilityMs`. */
  receive(queue: WatchedQueue, visibilityMs: number): Promise<ReceivedMessage[]>;
  /** Makes a received message visible again at once; one that was received by another since is left alone. */
  giveBack(message: ReceivedMessage, queue: WatchedQueue): Promise<void>;
  /** Moves what cannot be read to the poison queue of the queue it came from. */
  poison(queue: 'processing' | 'log', text: string): Promise<void>;
}

/** The queues that the watchdog looks after: the VMs', and what the host gave up of the two triggers. */
export type WatchedQueue = 'processing' | 'log-poison' | 'blob-poison';

/** A message as a peek shows it. */
export interface PeekedMessage {
  text: string;
  /** When it was sent (ms since the epoch). */
  sentAt: number;
}

/** What a listing says of a blob in `data`. */
export interface FileVersion {
  fileName: string;
  /** Without quotes. */
  etag: string;
  /** ms since the epoch. */
  modifiedAt: number;
}

/** What a HEAD of a blob in `data` says. */
export interface FileFacts extends FileVersion {
  sizeBytes: number;
  /** Keys in lower case, values decoded. */
  metadata: Record<string, string>;
}

export interface Files {
  /** Every blob in `data`. */
  list(): Promise<FileVersion[]>;
  head(fileName: string): Promise<FileFacts | undefined>;
  /** Deletes the blob if it still is this version. `held`: a policy of its account does not let anybody delete it now. */
  remove(fileName: string, etag: string): Promise<'removed' | 'changed' | 'gone' | 'held'>;
}

/** A VM's power state as ARM reports it; `unknown` where it says none or the VM is not there. */
export type Power =
  | 'starting'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'deallocating'
  | 'deallocated'
  | 'unknown';

/** A VM's managed identity, as ARM reports it. */
export interface MachineIdentity {
  /** Object id of its service principal. */
  principalId: string;
  /** The VM's ARM id, as ARM writes it. */
  resourceId: string;
}

export interface Machines {
  /** The power states of these VMs by lower-case name, with one List call for all. */
  powers(vms: readonly Vm[]): Promise<Map<string, Power>>;
  /** The system-assigned identity of each of these VMs that has one, by lower-case name, with one List call for all. */
  identities(vms: readonly Vm[]): Promise<Map<string, MachineIdentity>>;
  /**
   * Every private and public address of the network interfaces of each of these VMs, by lower-case name and in canonical form, with one List
   * call for interfaces and one for public addresses.
   */
  addresses(vms: readonly Vm[]): Promise<Map<string, string[]>>;
  /** Submits a start and returns; the boot is not waited for. */
  start(vm: Vm): Promise<void>;
  /** Submits a deallocation once, without retries, and returns. */
  deallocate(vm: Vm): Promise<void>;
}
