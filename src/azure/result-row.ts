import type { TableEntity } from '@azure/data-tables';
import type { Job } from '../core/job.ts';
import { timeColumn } from './columns.ts';

export const resultPartition = 'result';

/** The row of `tblresults` for a completed job, with the columns of the contract (design, section 2). */
export function resultColumnsOf(job: Job): TableEntity {
  return {
    partitionKey: resultPartition,
    rowKey: job.id,
    VmName: job.vmName,
    FileName: job.fileName,
    ResultName: job.resultName,
    DateTime: timeColumn(job.completedAt),
    Status: 'ok',
    DurationMs: job.durationMs,
    Action: job.action,
  };
}
