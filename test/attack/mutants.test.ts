import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleStage } from './bundle.ts';
import { attacks } from './cases.ts';
import type { Defence } from './defence.ts';
import { defences } from './mutants.ts';
import type { Ended } from './run-attack.ts';
import { runStage } from './run-stage.ts';
import { makeSpareKeys } from './spare-keys.ts';

/** How the case of each defence ends without it; two at a time. */
const endings = new Map<string, Promise<Ended | undefined>>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-defence-'));
  const spareKeys = await makeSpareKeys();
  const left = [...defences];
  async function goThrough(): Promise<void> {
    for (let defence = left.shift(); defence; defence = left.shift()) {
      const ending = endWithout(defence, spareKeys);
      endings.set(defence.id, ending);
      await ending.catch(() => undefined);
    }
  }
  await Promise.all([goThrough(), goThrough()]);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function endWithout({ id, edits, fails }: Defence, spareKeys: string): Promise<Ended | undefined> {
  const attack = attacks.find(({ name }) => name === fails);
  if (!attack) throw new Error(`${id}: no attack is called "${fails}"`);
  const file = join(folder, `${id}.mjs`);
  await bundleStage(file, { rule: id, edits });
  const [ended] = await runStage(file, [attack], spareKeys);
  return ended;
}

/** Shows that the attacks would be seen: without the defence that stops it, the case that is named fails. */
describe('without one defence', () => {
  it.for(defences)('$id: $fails', async ({ id }, { skip }) => {
    const ended = await endings.get(id);
    if (ended?.outcome === 'passed over') skip(ended.why);
    expect(ended).toMatchObject({ outcome: 'failed' });
  });
});

describe('SECURITY.md', () => {
  it('names every defence that is held here, and no other', async () => {
    const text = await readFile('SECURITY.md', 'utf8');
    // In brackets, one or several: [`a-defence`, `another-one`].
    const groups = [...text.matchAll(/\[(`[a-z-]+`(?:,\s+`[a-z-]+`)*)\]/g)].map(([, group = '']) => group);
    const named = groups.flatMap((group) => [...group.matchAll(/`([a-z-]+)`/g)].map(([, id]) => id));
    expect([...new Set(named)].sort()).toEqual(defences.map(({ id }) => id).sort());
  });
});
