import { describe, expect, it } from 'vitest';
import { decodeWork, type WorkMessage } from '../../src/core/message.ts';
import type { Opened } from './opened.ts';

export function describeMessages(given: () => Opened): void {
  const messages = () => given().world.messages;

  function messageFor(fileName: string): WorkMessage {
    return { vmName: 'vm01', fileName, action: 'process', jobId: 'abc', attempt: 1 };
  }

  async function queued(): Promise<string[]> {
    return (await given().peek()).map((text) => decodeWork(text)?.fileName ?? text);
  }

  describe('messages', () => {
    it('reach the queue whole, and leave it by their ticket, once or twice', async () => {
      const message = messageFor('messages/é “quoted” <&> \\ 名.json');
      const ticket = await messages().send(message);
      expect((await given().peek()).map(decodeWork)).toContainEqual(message);
      expect(await messages().remove(ticket)).toBe('removed');
      expect(await messages().remove(ticket)).toBe('gone');
      expect(await queued()).not.toContain(message.fileName);
    });

    it('are each removed by their own ticket', async () => {
      const first = await messages().send(messageFor('messages/first'));
      const second = await messages().send(messageFor('messages/second'));
      await messages().remove(first);
      expect(await queued()).toEqual(['messages/second']);
      await messages().remove(second);
    });

    it('stay where they are when somebody has taken them since', async () => {
      const ticket = await messages().send(messageFor('messages/taken'));
      await given().take();
      expect(await messages().remove(ticket)).toBe('gone');
      await expect.poll(queued, { timeout: 10_000 }).toContain('messages/taken');
    });

    it('are peeked with when they were sent, and stay as they are', async () => {
      const before = given().world.now();
      const ticket = await messages().send(messageFor('messages/peeked'));
      const peeked = await messages().peek('processing');
      const own = peeked.find(({ text }) => decodeWork(text)?.fileName === 'messages/peeked');
      expect(Math.abs((own?.sentAt ?? 0) - before)).toBeLessThan(60_000);
      expect(await messages().remove(ticket)).toBe('removed');
    });

    it('are received by one, given back, and leave by the ticket of the last who received them', async () => {
      const ticket = await messages().send(messageFor('messages/received'));
      const own = (texts: { text: string }[]) =>
        texts.filter(({ text }) => decodeWork(text)?.fileName === 'messages/received');
      const received = await messages().receive('processing', 30_000);
      expect(own(received)).toHaveLength(1);
      expect(own(await messages().peek('processing'))).toEqual([]);
      expect(own(await messages().receive('processing', 30_000))).toEqual([]);
      for (const message of received) await messages().giveBack(message, 'processing');
      expect(own(await messages().peek('processing'))).toHaveLength(1);
      expect(await messages().remove(ticket)).toBe('gone');
      for (const message of await messages().receive('processing', 30_000))
        expect(await messages().remove(message, 'processing')).toBe('removed');
    });

    it('are none where nothing was ever given up', async () => {
      expect(await messages().peek('blob-poison')).toEqual([]);
      expect(await messages().receive('blob-poison', 1000)).toEqual([]);
    });

    it('that cannot be read go as they are to the poison queue of theirs', async () => {
      await messages().poison('processing', 'not <json> & "more"');
      await messages().poison('processing', 'eyJh');
      await messages().poison('log', '{"x":1}');
      expect(await given().poisoned('processing')).toEqual(['not <json> & "more"', 'eyJh']);
      expect(await given().poisoned('log')).toEqual(['{"x":1}']);
      expect(await messages().peek('log-poison')).toMatchObject([{ text: '{"x":1}' }]);
    });
  });
}
