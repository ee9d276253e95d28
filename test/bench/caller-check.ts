import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import type { Box } from '../../src/local/box.ts';
import { openBox } from '../../src/local/box.ts';
import { callerAudience } from '../../src/local/box-settings.ts';
import { builtPath } from '../../src/local/built.ts';
import { startChild } from '../../src/local/child.ts';

/**
 * `npm run bench -- caller-check`: what it adds to a request that its caller is proven, over HTTP against the app on Azurite. The same request goes
 * in turn to the app as it is built and to one whose source has the check cut out.
 */
const rounds = 40;
const perRound = 25;

/** A call that is let in and changes nothing: a VM renews a lease that it does not have, and is answered 409 after two reads. */
const body = JSON.stringify({ vmName: 'vm01', jobId: '0'.repeat(40), attempt: 1 });

/** Cuts the check out of the app; a text that is not there any more is an error. */
const withoutCheck: Plugin = {
  name: 'without the check of callers',
  setup(building) {
    building.onLoad({ filter: /functions[\\/]admit\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const call = 'await prove(vmName, evidence, world.callers);';
      if (!text.includes(call)) throw new Error(`${path} does not hold ${call}`);
      return { contents: text.replace(call, 'void prove;'), loader: 'ts' };
    });
  },
};

const never = '0 0 0 1 1 *';
const folder = join(tmpdir(), `rouse-bench-${process.pid}`);
const unchecked = builtPath('bench/app-without-check');
// As it lies there, for it finds the sources by its own place.
const { bundleApp } = await import(pathToFileURL(resolve('src/bundle.mjs')).href);
await bundleApp(unchecked, [withoutCheck]);

const box = await openBox(
  {
    vms: 1,
    files: 0,
    bootSeconds: 0,
    callerCheck: 'identity',
    seed: 1,
    keep: false,
    host: 'local',
    port: 0,
    folder,
    settings: { WATCH_SCHEDULE: never, COLLECT_SCHEDULE: never },
  },
  () => {},
);
if (!box) throw new Error('nobody interrupted it');
const other = await startAnother(unchecked, box);
const token = box.identity.token(box.arm.identityOf('vm01'), callerAudience);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Another Functions host on the same storage, for another build of the app. */
async function startAnother(app: string, { folder, functionKey }: Box) {
  const host = [builtPath('local/host.mjs'), '--app', app, '--settings', folder.settingsFile];
  const child = startChild(host, {
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: folder.certFile,
      ROUSE_LOCAL_KEYS: JSON.stringify({ funcHttpVMNext: functionKey }),
    },
    logFile: join(folder.logs, 'other-host.log'),
  });
  const [{ port }] = (await once(child.process, 'message')) as [{ port: number }];
  return { child, endpoint: `http://127.0.0.1:${port}/api` };
}

/** One request, in ms. */
function ask(endpoint: string): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      `${endpoint}/funcHttpVMNext`,
      {
        agent,
        method: 'POST',
        headers: {
          'x-functions-key': box?.functionKey,
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
      },
      (response) => {
        if (response.statusCode !== 409) reject(new Error(`answered ${response.statusCode}`));
        response.resume().on('end', () => resolve(performance.now() - begun));
      },
    );
    sent.on('error', reject).end(body);
  });
}

async function measure(endpoint: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) times.push(await ask(endpoint));
  return times;
}

await measure(box.host.endpoint, 200);
await measure(other.endpoint, 200);
const checked: number[] = [];
const plain: number[] = [];
for (let round = 0; round < rounds; round++) {
  checked.push(...(await measure(box.host.endpoint, perRound)));
  plain.push(...(await measure(other.endpoint, perRound)));
}
const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const [on, off] = [median(checked), median(plain)];
console.log(`\na request of a VM, median of ${checked.length}:`);
console.log(`caller proven by its identity   ${on.toFixed(2)} ms`);
console.log(`the same request, check cut out ${off.toFixed(2)} ms`);
console.log(`the check adds                  ${(on - off).toFixed(2)} ms (${(on / off).toFixed(2)} times)`);

agent.destroy();
await other.child.stop();
await box.close();
await rm(folder, { recursive: true, force: true });
process.exit(0);
