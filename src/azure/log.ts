import { randomUUID } from 'node:crypto';
import type { LogLine } from '../core/log.ts';
import type { World } from '../core/world.ts';
import { fitting, timeColumn } from './columns.ts';
import type { Storage } from './storage.ts';
import { insertRow } from './table.ts';

/** Later than any row will ever be written, and so far off that what is left to it has as many digits for long. */
const endOfTimeMs = 999_999_999_999_999;

/** The log in `tbllog`: one partition per writer, newest first, as keys sort upwards and are counted down from the end. */
export function azureLog({ tbllog }: Storage): World['log'] {
  return async (line: LogLine) => {
    // That the key is there already can only mean that a try of this same call went through.
    await insertRow(tbllog, {
      partitionKey: line.writer,
      rowKey: `${endOfTimeMs - Math.trunc(line.at)}-${randomUUID()}`,
      VmName: fitting(line.vmName ?? ''),
      FileName: fitting(line.fileName ?? ''),
      Message: fitting(line.message),
      Level: line.level,
      DateTime: timeColumn(line.at),
      Event: fitting(line.event),
      JobId: fitting(line.jobId ?? ''),
      ...(line.correlationId && { CorrelationId: line.correlationId }),
    });
  };
}
