import assert from 'node:assert';
import { app, type InvocationContext } from '@azure/functions';
import { assign } from '../core/assign.ts';
import { connectionName } from '../core/storage-settings.ts';
import { realWorld, settings } from './app.ts';
import { receiveBlobReference } from './blob-reference.ts';

/** Chooses a VM for a file and gives it the work. Only the file's name is asked of the trigger, never its content. */
export async function funcBlobDataProcessing(
  _reference: unknown,
  context: InvocationContext,
  world = realWorld,
): Promise<void> {
  const assigned = await assign(fileNameOf(context), world);
  context.log(
    assigned.outcome === 'listed' ? `job ${assigned.job.id} is ${assigned.job.state}` : assigned.outcome,
  );
}

/** `blobTrigger` is `{container}/{name}`; a name may itself have slashes. */
function fileNameOf(context: InvocationContext): string {
  const path = context.triggerMetadata?.blobTrigger;
  assert(typeof path === 'string', 'the host named no blob in the trigger metadata blobTrigger');
  return path.slice(path.indexOf('/') + 1);
}

receiveBlobReference();
app.storageBlob('funcBlobDataProcessing', {
  path: `${settings.names.data}/{name}`,
  connection: connectionName,
  source: settings.blobSource,
  sdkBinding: true,
  handler: funcBlobDataProcessing,
});
