import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { settings } from './doors.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** Loads the built app as the worker does, in a process of its own, and prints what it registered. */
async function load(environment: Record<string, string>): Promise<Record<string, Record<string, unknown>[]>> {
  const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const loader = `
    const { Module } = require('node:module');
    const { pathToFileURL } = require('node:url');
    const registered = {};
    const core = {
      setProgrammingModel() {}, registerHook() {}, log() {},
      registerFunction: ({ name, bindings }) => { registered[name] = Object.values(bindings); },
    };
    const original = Module.prototype.require;
    Module.prototype.require = function (id) { return id === '@azure/functions-core' ? core : original.call(this, id); };
    import(pathToFileURL(process.argv[1]).href).then(
      () => console.log(JSON.stringify(registered)),
      (error) => { console.error(error.message); process.exitCode = 1; },
    );`;
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', loader, join(root, main)], {
    env: environment,
  });
  return JSON.parse(stdout);
}

describe('the built app', () => {
  it('registers the functions of the contract with their bindings while it loads', async () => {
    const registered = await load({ ...settings });
    expect(Object.keys(registered).sort()).toEqual([
      'funcBlobDataProcessing',
      'funcHttpJob',
      'funcHttpVMNext',
      'funcHttpVMStop',
      'funcQueueLog',
      'funcTimerData',
      'funcTimerWatchdog',
    ]);
    const trigger = (name: string) => registered[name]?.find(({ direction }) => direction === 'in');
    const connection = 'AzureWebJobsStorage';
    expect(trigger('funcTimerData')).toMatchObject({ type: 'timerTrigger', schedule: '%COLLECT_SCHEDULE%' });
    expect(trigger('funcTimerWatchdog')).toMatchObject({
      type: 'timerTrigger',
      schedule: '%WATCH_SCHEDULE%',
    });
    expect(trigger('funcBlobDataProcessing')).toMatchObject({
      type: 'blobTrigger',
      path: 'data/{name}',
      connection,
      source: 'EventGrid',
      properties: { supportsDeferredBinding: 'true' },
    });
    expect(trigger('funcQueueLog')).toMatchObject({
      type: 'queueTrigger',
      queueName: 'queuelog',
      connection,
    });
    expect(trigger('funcHttpVMStop')).toMatchObject({
      type: 'httpTrigger',
      methods: ['GET', 'POST'],
      authLevel: 'function',
    });
    expect(trigger('funcHttpJob')).toMatchObject({
      type: 'httpTrigger',
      route: 'jobs/{id?}/{order?}',
      methods: ['GET', 'POST'],
      authLevel: 'function',
    });
    expect(trigger('funcHttpVMNext')).toMatchObject({
      type: 'httpTrigger',
      methods: ['POST'],
      authLevel: 'function',
    });
  });

  it('does not load without its settings, and names them all in one message', async () => {
    const { VM_SUBSCRIPTION_ID: _, BLOB_SOURCE: __, ...some } = settings;
    await expect(load(some)).rejects.toThrow(
      /2 of its settings.*VM_SUBSCRIPTION_ID: is missing.*BLOB_SOURCE: is missing/,
    );
  });

  it('is one small set of files: under 4 MB, under 1 MB compressed', () => {
    const folder = join(root, 'dist/app');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    const compressed = files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    expect(files.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
      'host.json',
      'index.js',
      'package.json',
    ]);
    expect(bytes).toBeLessThan(4_000_000);
    expect(compressed).toBeLessThan(1_000_000);
  });
});
