import type { DequeuedMessageItem } from '@azure/storage-queue';
import type { QueueOptions } from './host-json.ts';
import type { TypedData } from './rpc.ts';

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The content of a message as host.json's `messageEncoding` has it; undefined if it is not in that encoding. */
export function decodeText(text: string, encoding: QueueOptions['messageEncoding']): string | undefined {
  if (encoding === 'none') return text;
  const compact = text.replaceAll(/\s/g, '');
  return base64Pattern.test(compact) ? Buffer.from(compact, 'base64').toString('utf8') : undefined;
}

/**
 * What the real host tells of a message besides its text (`QueueTriggerBinding.cs` of azure-sdk-for-net). The library
 * lower-cases the first letters.
 */
export function queueMetadata(message: DequeuedMessageItem, text: string): Record<string, TypedData> {
  return {
    QueueTrigger: { string: text },
    Id: { string: message.messageId },
    PopReceipt: { string: message.popReceipt },
    DequeueCount: { json: JSON.stringify(message.dequeueCount) },
    InsertionTime: { json: JSON.stringify(message.insertedOn) },
    ExpirationTime: { json: JSON.stringify(message.expiresOn) },
    NextVisibleTime: { json: JSON.stringify(message.nextVisibleOn) },
  };
}
