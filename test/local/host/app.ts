/** A function app for tests: every function says in the log what it was given, as one line of JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { app, type InvocationContext } from '@azure/functions';
import { ResourceFactoryResolver } from '@azure/functions-extensions-base';

ResourceFactoryResolver.getInstance().registerResourceFactory('AzureStorageBlobs', (reference) => reference);

function say(given: unknown, context: InvocationContext): void {
  const shown = Buffer.isBuffer(given) ? { bytes: given.toString('base64') } : given;
  context.log(JSON.stringify({ given: shown, metadata: context.triggerMetadata }));
}

const connection = 'AzureWebJobsStorage';

app.storageBlob('reference', {
  path: '%CONTAINER%/{name}',
  connection,
  sdkBinding: true,
  async handler(reference, context) {
    say(reference, context);
    if (String(context.triggerMetadata?.name).startsWith('slow')) await sleep(400);
    if (context.triggerMetadata?.name === 'poison') throw new Error('cannot be read');
  },
});

app.storageBlob('content', { path: 'contents/in/{base}.csv', connection, handler: say });

app.storageQueue('take', {
  queueName: 'work',
  connection,
  async handler(message, context) {
    say(message, context);
    if (String(message).startsWith('slow')) await sleep(400);
    if (message === 'fail' || (message === 'fail once' && context.triggerMetadata?.dequeueCount === 1))
      throw new Error('refused');
  },
});

app.timer('tick', { schedule: '%TICK%', handler: say });
