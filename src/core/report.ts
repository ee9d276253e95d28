/** What a VM reports of a file; without `fileName` and `jobId` it only asks to stop. */
export interface Report {
  vmName: string;
  fileName?: string | undefined;
  /** Named by our agent; a script names the file only. */
  jobId?: string | undefined;
  attempt?: number | undefined;
  status: 'ok' | 'failed';
  resultName: string;
  error: string;
  /** A failure that no further run can mend. */
  permanent?: boolean | undefined;
  durationMs: number;
}

/** What the report did: `none` where nothing of it was (or could still be) recorded. */
export type Recorded = 'new' | 'duplicate' | 'none';
