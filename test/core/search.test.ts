import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { encodeMessage } from '../../src/core/message.ts';
import { peekFor, type ReceivedMessage, type SearchQueue, searchFor } from '../../src/core/search.ts';

interface Stored extends ReceivedMessage {
  visibleAt: number;
}

/** A queue as the service keeps one: ordered by when a message became visible, so that a give-back goes to the end. */
function memoryQueue(texts: string[]) {
  let now = 1000;
  let receipts = 0;
  const stored: Stored[] = texts.map((text, index) => ({
    messageId: String(index),
    popReceipt: '',
    text,
    visibleAt: index - texts.length,
  }));
  const inOrder = () =>
    [...stored].sort((a, b) => a.visibleAt - b.visibleAt).filter((message) => message.visibleAt <= now);
  const queue: SearchQueue = {
    async peek(count) {
      return inOrder()
        .slice(0, count)
        .map((message) => message.text);
    },
    async receive(count, visibilityMs) {
      now++;
      return inOrder()
        .slice(0, count)
        .map((message) => {
          message.visibleAt = now + visibilityMs;
          message.popReceipt = String(++receipts);
          const { messageId, popReceipt, text } = message;
          return { messageId, popReceipt, text };
        });
    },
    async giveBack({ messageId, popReceipt }) {
      const message = stored.find((one) => one.messageId === messageId);
      if (message?.popReceipt === popReceipt) message.visibleAt = ++now;
    },
  };
  return { queue, visible: () => inOrder().map((message) => message.text) };
}

const messageFor = (vmName: string, fileName = 'a.csv') =>
  encodeMessage({ vmName, fileName, action: 'profile', jobId: 'f00', attempt: 1 });

const others = (count: number) => Array.from({ length: count }, (_, index) => messageFor(`other${index}`));

describe('peekFor', () => {
  it('finds the messages of a VM whatever the case of its name, base64 or plain', async () => {
    const plain = '{"VMNAME":"vm01","filename":"b.csv","action":"chart","jobid":"f01","attempt":2}';
    const { queue } = memoryQueue([...others(3), messageFor('VM01'), 'garbage', plain]);
    const found = await peekFor('Vm01', queue);
    expect(found.map((work) => work.fileName)).toEqual(['a.csv', 'b.csv']);
  });
});

describe('searchFor', () => {
  it('keeps the own message and gives all others back at once', async () => {
    const { queue, visible } = memoryQueue([
      ...others(5),
      messageFor('vm01'),
      'garbage',
      messageFor('vm01', 'later.csv'),
    ]);
    const found = await searchFor('VM01', queue);
    expect(found?.work.fileName).toBe('a.csv');
    expect(visible()).toHaveLength(7);
    expect(visible()).not.toContain(messageFor('vm01'));
    expect(visible()).toContain('garbage');
  });

  it('says which pop receipt deletes the message', async () => {
    const { queue } = memoryQueue([messageFor('vm01')]);
    const found = await searchFor('vm01', queue);
    expect(found?.received).toEqual({ messageId: '0', popReceipt: '1', text: messageFor('vm01') });
  });

  it('finds a message that stands behind hundreds of others', async () => {
    const { queue, visible } = memoryQueue([...others(300), messageFor('vm01')]);
    expect((await searchFor('vm01', queue))?.work.vmName).toBe('vm01');
    expect(visible()).toHaveLength(300);
  });

  it('ends, with all messages visible again, where there is none for the VM', async () => {
    const { queue, visible } = memoryQueue([...others(70), 'garbage']);
    expect(await searchFor('vm01', queue)).toBeUndefined();
    expect(visible()).toHaveLength(71);
  });

  it('ends on an empty queue', async () => {
    expect(await searchFor('vm01', memoryQueue([]).queue)).toBeUndefined();
  });

  it('finds a message that was received many times before', async () => {
    const { queue } = memoryQueue([messageFor('vm01'), ...others(10)]);
    for (let search = 0; search < 20; search++) await searchFor('vm99', queue);
    expect((await searchFor('vm01', queue))?.work.vmName).toBe('vm01');
  });

  it('serves one VM after the other where all search at the same time', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `vm${index}`);
    const { queue } = memoryQueue(names.map((name) => messageFor(name)).reverse());
    const waiting = new Set(names);
    for (let round = 0; round < names.length && waiting.size > 0; round++)
      await Promise.all(
        [...waiting].map(async (name) => {
          const found = await searchFor(name, queue, 60_000);
          if (found) waiting.delete(found.work.vmName);
        }),
      );
    expect([...waiting]).toEqual([]);
  });

  it('finds its message although another could not be given back', async () => {
    const { queue } = memoryQueue([...others(3), messageFor('vm01')]);
    const giveBack = async () => {
      throw new AppError('unavailable', 'no answer');
    };
    expect((await searchFor('vm01', { ...queue, giveBack }))?.work.vmName).toBe('vm01');
  });
});
