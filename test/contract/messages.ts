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
      await messages().remove(ticket);
      await messages().remove(ticket);
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
      await messages().remove(ticket);
      await expect.poll(queued, { timeout: 10_000 }).toContain('messages/taken');
    });

    it('that cannot be read go as they are to the poison queue of theirs', async () => {
      await messages().poison('processing', 'not <json> & "more"');
      await messages().poison('processing', 'eyJh');
      await messages().poison('log', '{"x":1}');
      expect(await given().poisoned('processing')).toEqual(['not <json> & "more"', 'eyJh']);
      expect(await given().poisoned('log')).toEqual(['{"x":1}']);
    });
  });
}
