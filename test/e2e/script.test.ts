import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { show } from '../../src/local/show.ts';
import { openTestWorld, type TestWorld, until } from './box.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld({ vms: 0, callerCheck: 'ip' });
  await addScriptVm('script01');
});
afterAll(() => world?.close());

/** A VM without our agent: a row with its name, and a VM in ARM. */
async function addScriptVm(name: string, address?: string): Promise<void> {
  world.arm.add(name, address);
  await world.connection.tblvm.createEntity({ partitionKey: 'vmlist', rowKey: name, vmName: name });
}

/**
 * The article's script, once through: looks through the shared queue for its VM's name with a short invisibility, deletes the
 * message before it works, then makes the stop call with nothing but names. Returns the file and the call's answer.
 */
async function runScript(vmName: string): Promise<{ fileName: string; answer: Record<string, unknown> }> {
  const queue = world.connection.queueprocessing;
  let fileName: string | undefined;
  await until(`a message for ${vmName}`, async () => {
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: 32,
      visibilityTimeout: 1,
    });
    for (const item of receivedMessageItems) {
      const message = JSON.parse(Buffer.from(item.messageText, 'base64').toString('utf8'));
      if (message.vmName !== vmName) continue;
      await queue.deleteMessage(item.messageId, item.popReceipt);
      fileName = message.fileName;
    }
    return fileName !== undefined;
  });
  const query = new URLSearchParams({ vmName, fileName: String(fileName), code: world.functionKey });
  const response = await fetch(`${world.host.endpoint}/funcHttpVMStop?${query}`);
  expect(response.status).toBe(200);
  return { fileName: String(fileName), answer: (await response.json()) as Record<string, unknown> };
}

describe('a script that follows the article', () => {
  it('works off its files one by one, and its last call stops the VM', { timeout: 60_000 }, async () => {
    await world.put('first.csv', 'a');
    await until('the VM runs', async () => world.arm.power('script01') === 'running');
    await world.put('second.csv', 'b');
    await until('the second waits', async () => (await world.jobs()).some((row) => row.state === 'received'));

    const first = await runScript('script01');
    expect(first).toEqual({
      fileName: 'first.csv',
      answer: { vmName: 'script01', recorded: 'new', stop: false, next: null },
    });
    const second = await runScript('script01');
    expect(second).toEqual({
      fileName: 'second.csv',
      answer: { vmName: 'script01', recorded: 'new', stop: true, next: null },
    });

    expect((await world.results()).map((row) => [row.FileName, row.VmName, row.Status]).sort()).toEqual([
      ['first.csv', 'script01', 'ok'],
      ['second.csv', 'script01', 'ok'],
    ]);
    expect(await world.inData()).toEqual([]);
    await until('the VM is off', world.isAsleep);
  });

  it('is refused without the function key, as a VM that is not of the pool, and from elsewhere', async () => {
    const call = (query: Record<string, string>) =>
      fetch(`${world.host.endpoint}/funcHttpVMStop?${new URLSearchParams(query)}`);
    expect((await call({ vmName: 'script01' })).status).toBe(401);
    await addScriptVm('script02', '127.0.9.9');
    for (const vmName of ['script99', 'script02']) {
      const answer = await call({ vmName, code: world.functionKey });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.json()).toMatchObject({ code: 'not_proven', status: 403 });
      const id = answer.headers.get('x-correlation-id');
      const row = (await world.log()).find(({ CorrelationId }) => CorrelationId === id);
      expect(row?.Message).toMatch(
        new RegExp(`^a call from 127.0.0.1 in the name of ${vmName} was refused: `),
      );
      const shown = await show(world.connection, 'tbllog', { limit: 9, json: false, correlation: `${id}` });
      expect(shown.split('\n').slice(1)).toEqual([expect.stringContaining(String(row?.Message))]);
    }
  });
});
