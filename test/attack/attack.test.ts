import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleStage } from './bundle.ts';
import { attacks } from './cases.ts';
import type { Ended } from './run-attack.ts';
import { runStage } from './run-stage.ts';
import { makeSpareKeys } from './spare-keys.ts';

let folder: string;
let ended: ReadonlyMap<string, Ended>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-attack-'));
  const file = join(folder, 'stage.mjs');
  await bundleStage(file);
  ended = new Map((await runStage(file, attacks, await makeSpareKeys())).map((one) => [one.name, one]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what is sent to the doors is answered as it should be, and changes nothing that it should not', () => {
  it('and no two attacks have the same name', () => {
    expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
  });

  it.for(attacks)('$name', ({ name }, { skip }) => {
    const { outcome, why } = ended.get(name) ?? { outcome: 'broken', why: 'it was not made' };
    if (outcome === 'passed over') skip(why);
    expect(outcome, why).toBe('ok');
  });
});
