/** Who writes a log row: the PartitionKey in `tbllog`. */
export type LogWriter = 'Collector' | 'Vmselector' | 'Vmstop' | 'Vmagent' | 'Watchdog' | 'Operator';

export type LogLevel = 'info' | 'warning' | 'error';

/** One row of `tbllog`; the adapter adds its key (newest first within a writer) and `DateTime`. */
export interface LogLine {
  writer: LogWriter;
  level: LogLevel;
  /** A word for programs: `assigned`, `started`, `refused`, … */
  event: string;
  /** One line for people: what happened, to what, and what to do where there is something to do. */
  message: string;
  vmName?: string;
  fileName?: string;
  jobId?: string;
  /** Of the call that it is about. */
  correlationId?: string;
  /** ms since the epoch. */
  at: number;
}
