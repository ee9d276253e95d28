import type { Job } from './job.ts';
import type { LogLevel, LogWriter } from './log.ts';
import type { World } from './world.ts';

/** Writes the log row that says where a job stands now, and why. */
export async function announce(job: Job, writer: LogWriter, world: World): Promise<void> {
  const { level, event, message } = describe(job);
  const { fileName, id: jobId } = job;
  // A file that waits again has left its VM: the row is about the one that it was on.
  const vmName = job.vmName || (job.history.at(-2)?.vmName ?? '');
  await world.log({ writer, level, event, message, fileName, vmName, jobId, at: world.now() });
}

function describe(job: Job): { level: LogLevel; event: string; message: string } {
  const why = job.error || job.cause;
  switch (job.state) {
    case 'assigned':
      return { level: 'info', event: 'assigned', message: `${job.fileName} goes to ${why}` };
    case 'processing':
      return {
        level: 'info',
        event: 'processing',
        message: `${job.fileName} is in work on ${job.vmName}, attempt ${job.attempt}`,
      };
    case 'received':
      if (job.cause === 'guest')
        return {
          level: 'warning',
          event: 'run-failed',
          message: `${job.fileName} waits for another run: ${why}`,
        };
      return { level: 'info', event: 'waiting', message: `${job.fileName} waits: ${why}` };
    case 'completed':
      return {
        level: 'info',
        event: 'completed',
        message: `${job.fileName} is done by ${job.vmName}: ${job.resultName || 'no result file named'}`,
      };
    case 'failed':
      return job.cause === 'refused'
        ? {
            level: 'error',
            event: 'refused',
            message: `${job.fileName} is refused and stays in data: ${why}`,
          }
        : {
            level: 'error',
            event: 'failed',
            message: `${job.fileName} has failed and stays in data: ${why}`,
          };
    case 'cancelled':
      return { level: 'warning', event: 'cancelled', message: `${job.fileName} is cancelled: ${why}` };
    case 'deferred':
      return { level: 'info', event: 'deferred', message: `${job.fileName} is held back: ${why}` };
  }
}
