import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerAudience } from '../../src/local/box-settings.ts';
import { attacks } from '../attack/cases.ts';
import { runAttack } from '../attack/run-attack.ts';
import { makeSpareKeys, readSpareKeys } from '../attack/spare-keys.ts';
import { interceptKeys, type KeyService } from '../attack/stage-keys.ts';
import { boxTarget, fitsAnyWorld } from '../fuzz/box-target.ts';
import { describeFindings, summaryOf } from '../fuzz/report.ts';
import { comeToRest } from '../fuzz/rest.ts';
import { runFuzz } from '../fuzz/run.ts';
import type { Scene } from '../fuzz/scene.ts';
import { openFuzzWorld, settle } from '../fuzz/settle.ts';
import { differences, type Everything, snapshotOf } from '../fuzz/snapshot.ts';
import type { TestWorld } from './box.ts';
import { secretsIn } from './secrets.ts';

/** One world for all: what is sent to it must leave it as it was. */
let world: TestWorld;
let keys: KeyService;
let scene: Scene;
let before: Everything;
beforeAll(async () => {
  const spare = readSpareKeys(await makeSpareKeys());
  world = await openFuzzWorld(2);
  keys = interceptKeys(world.identity, spare);
  scene = await settle(world);
  before = await comeToRest(world);
}, 90_000);
afterAll(() => world?.close());

const chosen = attacks.filter(fitsAnyWorld);

it('a world at rest is left as it was by every attack that fits it', { timeout: 60_000 }, async () => {
  expect(chosen.length).toBeGreaterThan(attacks.length / 4);
  const target = boxTarget(world, scene, keys);
  const failed: string[] = [];
  for (const attack of chosen) {
    const { name, outcome, why } = await runAttack(attack, target);
    if (outcome === 'failed') failed.push(`${name}: ${why}`);
  }
  expect(failed).toEqual([]);
  expect(differences(before, await snapshotOf(world))).toEqual([]);
});

it('a world at rest is left as it was by random requests', { timeout: 60_000 }, async () => {
  const options = { before, requests: 300, seed: 1, parallel: 16 };
  const ended = new AbortController().signal;
  const outcome = await runFuzz(world, scene, { ...options, progress: () => {}, ended });
  console.log(summaryOf(outcome, options));
  expect(describeFindings(outcome)).toBe('');
  expect(outcome.tally.done).toBe(options.requests);
  expect(outcome.tally.answers.get('403 not_proven')).toBeGreaterThan(50);
});

describe('what is written in a world in which all of it has happened', () => {
  const stop = (query: Record<string, string>, init: RequestInit = {}) =>
    fetch(`${world.host.endpoint}/funcHttpVMStop?${new URLSearchParams(query)}`, init).then(
      ({ status }) => status,
    );

  it('holds no secret', async () => {
    const { functionKey, operatorKey, identity, arm } = world;
    // A script's call, calls with a token of another VM and with the wrong key, and one that is proven and broken.
    expect(await stop({ vmName: 'vm01', code: functionKey })).toBe(403);
    const authorization = `Bearer ${identity.token(arm.identityOf('vm02'), callerAudience)}`;
    expect(await stop({ vmName: 'vm01', code: functionKey }, { headers: { authorization } })).toBe(403);
    expect(await stop({ vmName: 'vm01', code: operatorKey }, { headers: { authorization } })).toBe(401);
    const broken = { method: 'POST', headers: { authorization }, body: '{' };
    expect(await stop({ vmName: 'vm02', code: functionKey }, broken)).toBe(400);
    expect((await world.log()).map(({ Event }) => Event)).toEqual(
      expect.arrayContaining(['refused-caller', 'completed', 'file-begun']),
    );
    expect((await world.log()).some(({ partitionKey }) => partitionKey === 'Operator')).toBe(true);
    expect(await secretsIn(world)).toEqual([]);
  });

  it('and one that it holds is found', async () => {
    const { folder, connection, functionKey, operatorKey, identity, arm } = world;
    const token = identity.token(arm.identityOf('vm02'), callerAudience);
    appendFileSync(
      join(folder.logs, 'host.log'),
      `GET /api/funcHttpVMStop?vmName=vm01&code=${functionKey}\n`,
    );
    const consoleFolder = join(folder.vms, 'vm01', 'console');
    mkdirSync(consoleFolder, { recursive: true });
    writeFileSync(join(consoleFolder, 'x.log'), `${token}\nhttps://a/b?sv=1&sig=0123456789abcdef%3D\n`);
    const header = identity.enroll({ principalId: 'p', clientId: 'c' });
    writeFileSync(join(folder.vms, 'vm01', 'agent.json'), JSON.stringify({ header }));
    const row = { partitionKey: 'Vmagent', rowKey: '0', Message: `Bearer ${'x'.repeat(20)} ${operatorKey}` };
    await connection.tbllog.createEntity(row);
    const places = (await secretsIn(world)).map((place) => place.replaceAll('\\', '/'));
    expect(places.sort()).toEqual(
      [
        'logs/host.log holds the VMs’ key',
        'tbllog, row Vmagent 0, Message holds a bearer token',
        'tbllog, row Vmagent 0, Message holds the operators’ key',
        'vms/vm01/agent.json holds an IDENTITY_HEADER',
        'vms/vm01/console/x.log holds a shared access signature',
        'vms/vm01/console/x.log holds a token',
      ].sort(),
    );
  });
});
