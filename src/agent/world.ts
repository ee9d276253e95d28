import type { LogLevel } from '../core/log.ts';
import type { SearchQueue } from '../core/search.ts';

/**
 * All that the agent's loop asks of the world. The real one is put together in `connect.ts`; a simulator runs the same
 * loop with its own clock. Operating errors are `AppError`s, and a call that failed may have been executed all the same.
 *
 * Calls that take a signal end soon after it fires: they reject, or resolve with what they have.
 */
export interface AgentWorld extends Pick<SearchQueue, 'peek'> {
  /** ms of a clock that only runs forward, whatever its zero. */
  now(): number;
  /** 0 to 1, for jitter. */
  random(): number;
  /** Resolves after `ms` or as soon as the signal fires; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Sends a log event on its way. Never throws and is not waited for: logging does not stop work. */
  log(event: AgentEvent): void;

  /** Asks for this VM's file. A call ends within a time shorter than the lease, as the next three do. */
  next(): Promise<Answer>;
  /** Renews a lease. Throws `lease_lost` if it is gone. */
  renew(claim: Claim): Promise<Answer>;
  /** Hands a file back. Throws `lease_lost` if it is gone. */
  release(claim: Claim): Promise<void>;
  /** Reports a file; repeating it changes nothing. Throws what is not retryable when the report is refused for good. */
  finish(report: Report): Promise<Answer>;

  /** Downloads the file's version with this ETag (without quotes) from `data`. */
  download(fileName: string, etag: string, path: string, signal: AbortSignal): Promise<Download>;
  /** Uploads a file into `results`, over what may be there. */
  uploadResult(name: string, path: string, signal: AbortSignal): Promise<void>;
  /** Uploads a file into `data` with its metadata, unless there is one of that name. */
  handOn(name: string, path: string, metadata: Metadata, signal: AbortSignal): Promise<void>;

  /** Makes a fresh folder for one run. */
  openFolder(claim: Claim, outputExtension: string): Promise<Folder>;
  /** Removes a run's folder with all that is in it. */
  closeFolder(claim: Claim): Promise<void>;
  /** Ends and removes what runs of an earlier process of the agent left behind. */
  clearFolders(): Promise<void>;
  /** Runs a guest program to its end; when the signal fires, ends it with all its children. */
  run(run: GuestRun, signal: AbortSignal): Promise<GuestEnd>;
}

/** A file to do, as the functions hand it out, already leased. */
export interface Claim {
  fileName: string;
  /** Without quotes. */
  etag: string;
  action: string;
  jobId: string;
  attempt: number;
  /** What is left of the lease, counted from the answer: no clock of this VM is compared with another. */
  leaseSeconds: number;
  timeLimitSeconds: number;
}

/** What the functions answer: whether the VM is about to be stopped, and the file to do now. */
export interface Answer {
  /** To a report: whether it was accepted, accepted before, or not. */
  recorded?: 'new' | 'duplicate' | 'none' | undefined;
  stop: boolean;
  next: Claim | null;
}

export interface Report {
  fileName: string;
  jobId: string;
  attempt: number;
  status: 'ok' | 'failed';
  resultName: string;
  error: string;
  /** A failure that no further run can mend. */
  permanent?: boolean | undefined;
  durationMs: number;
}

/** Keys in lower case, values decoded. */
export type Metadata = Record<string, string>;

export type Download = { outcome: 'ok'; metadata: Metadata } | { outcome: 'changed' | 'gone' };

/** Paths of one run. */
export interface Folder {
  path: string;
  /** The file to read: the blob's base name, made safe. */
  input: string;
  /** The file that the guest program writes. */
  output: string;
}

/** One run of a guest program: no shell, and nothing in its environment but what is named here. */
export interface GuestRun {
  action: string;
  command: string[];
  /** The folder of the run, which holds the input and the output. */
  folder: string;
  workingFolder: string;
  output: string;
  environment: Record<string, string>;
  console: ConsoleLimits;
}

/** How much of a guest program's output is kept per action. */
export interface ConsoleLimits {
  /** Files, the one being written included. */
  files: number;
  /** Size of one of them. */
  bytes: number;
}

export interface GuestEnd {
  /** It ended with exit code 0 and left an output file. */
  ok: boolean;
  /** If not ok, why: one line. */
  reason: string;
  /** Absent if it succeeded, could not be run or was ended by a signal. */
  exitCode?: number | undefined;
  /** The last of what it printed, at most 2 kB. */
  tail: string;
}

export interface AgentEvent {
  /** A word for programs: `started`, `file-begun`, `file-done`, … */
  event: string;
  level: LogLevel;
  message: string;
  /** The file and the job that it is about. */
  fileName?: string;
  jobId?: string;
}
