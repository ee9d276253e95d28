import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planGuests } from '../../src/local/guest-plan.ts';
import { makeRunFolder } from '../../src/local/run-folder.ts';
import { type SupervisedAgent, superviseAgent } from '../../src/local/supervised-agent.ts';
import { isAlive } from '../agent/is-alive.ts';

const restartMs = 100;
/** Long after it would have been started again. */
const notAgain = () => new Promise((resolve) => setTimeout(resolve, 8 * restartMs));

let path: string;
let agent: SupervisedAgent;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'rouse-agent-'));
  const nowhere = 'http://127.0.0.1:9';
  agent = superviseAgent(
    {
      name: 'vm01',
      address: '',
      identity: { IDENTITY_ENDPOINT: `${nowhere}/msi/token`, IDENTITY_HEADER: 'none' },
    },
    {
      folder: await makeRunFolder(join(path, 'world'), false),
      plan: planGuests(undefined),
      blobUrl: nowhere,
      queueUrl: nowhere,
    },
    restartMs,
  );
});
afterEach(async () => {
  await agent.close();
  await rm(path, { recursive: true, force: true, maxRetries: 5 });
});

/** Waits for the agent's process, another one than before. */
async function pidAfter(before: number | undefined): Promise<number> {
  await expect
    .poll(() => agent.pid() !== undefined && agent.pid() !== before, { timeout: 10_000 })
    .toBe(true);
  return agent.pid() ?? 0;
}

it('runs while the machine is on, and is started again when it ends', async () => {
  expect(agent.pid()).toBeUndefined();
  expect(agent.kill({ hangs: false })).toBe(false);
  agent.switchOn();
  const first = await pidAfter(undefined);
  expect(agent.kill({ hangs: false })).toBe(true);
  const second = await pidAfter(first);
  expect(isAlive(first)).toBe(false);
  agent.switchOff();
  expect(agent.pid()).toBeUndefined();
  await expect.poll(() => isAlive(second), { timeout: 10_000 }).toBe(false);
});

it('stays away on a machine that hangs, until that was off', async () => {
  agent.switchOn();
  const first = await pidAfter(undefined);
  agent.kill({ hangs: true });
  await expect.poll(() => agent.pid(), { timeout: 10_000 }).toBeUndefined();
  await notAgain();
  expect(agent.pid()).toBeUndefined();
  agent.switchOff();
  agent.switchOn();
  await pidAfter(first);
});

it('does not come back when the machine goes off while it waits to be started again', async () => {
  agent.switchOn();
  await pidAfter(undefined);
  agent.kill({ hangs: false });
  await expect.poll(() => agent.pid(), { timeout: 10_000 }).toBeUndefined();
  agent.switchOff();
  await notAgain();
  expect(agent.pid()).toBeUndefined();
});

it('is ended with its world', async () => {
  agent.switchOn();
  const pid = await pidAfter(undefined);
  await agent.close();
  expect(isAlive(pid)).toBe(false);
  expect(agent.pid()).toBeUndefined();
});
