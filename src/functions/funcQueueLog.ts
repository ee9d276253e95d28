import { app, type InvocationContext } from '@azure/functions';
import { record } from '../core/record.ts';
import { connectionName } from '../core/storage-settings.ts';
import { realWorld, settings } from './app.ts';

/** Writes what VMs say as rows of `tbllog`. */
export async function funcQueueLog(
  entry: unknown,
  _context: InvocationContext,
  world = realWorld,
): Promise<void> {
  await record(entry, world);
}

app.storageQueue('funcQueueLog', {
  queueName: settings.names.queuelog,
  connection: connectionName,
  handler: funcQueueLog,
});
