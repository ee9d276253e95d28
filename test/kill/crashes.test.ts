import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { crashesIn } from './crashes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-crashes-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('crashes are what an agent prints beside its log, and programming errors of the function app', async () => {
  const good =
    '2026-11-25T20:04:26.288Z warning retrying report: no answer from 127.0.0.1:1 (socket hang up)\n';
  await writeFile(join(folder, 'vm01.log'), good);
  await writeFile(join(folder, 'strikes.log'), 'anything\n');
  await writeFile(
    join(folder, 'host.log'),
    '2026-11-25T20:04:14.941Z error a failed: AppError: Azure said 500\n',
  );
  expect(crashesIn(folder)).toEqual([]);

  await writeFile(join(folder, 'vm02.log'), `${good}file:///agent.mjs:1\nTypeError: x is not a function\n`);
  await writeFile(
    join(folder, 'host.log'),
    '2026-11-25T20:04:14.941Z error a failed: AssertionError: job x\n',
  );
  expect(crashesIn(folder).sort()).toEqual([
    expect.stringMatching(/^host\.log: .*AssertionError: job x/),
    'vm02.log: file:///agent.mjs:1 | TypeError: x is not a function',
  ]);
});
