import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostJson, readHostJson } from '../../../src/local/host/host-json.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-host-json-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: object | string): Promise<HostJson> {
  const file = join(folder, 'host.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readHostJson(file);
}

describe('host.json', () => {
  it("has the real host's defaults", async () => {
    expect(await read({ version: '2.0' })).toMatchObject({
      routePrefix: 'api',
      functionTimeoutMs: 1_800_000,
      queues: {
        batchSize: 16,
        newBatchThreshold: 8,
        maxDequeueCount: 5,
        visibilityTimeoutMs: 0,
        messageEncoding: 'base64',
      },
      blobs: { poisonBlobThreshold: 5 },
      logLevels: {},
    });
  });

  it('is read as it stands, with keys that are unknown here passed over', async () => {
    const content = {
      version: '2.0',
      functionTimeout: '1.02:03:04',
      extensionBundle: { id: 'x' },
      extensions: {
        http: { routePrefix: '' },
        queues: {
          batchSize: 4,
          visibilityTimeout: '00:00:10',
          messageEncoding: 'none',
          maxPollingInterval: '00:00:01',
        },
        blobs: { maxDegreeOfParallelism: 3, poisonBlobThreshold: 1 },
      },
      logging: { logLevel: { default: 'Warning', 'Function.X': 'None' } },
    };
    expect(await read(content)).toEqual({
      routePrefix: '',
      functionTimeoutMs: 93_784_000,
      queues: {
        batchSize: 4,
        newBatchThreshold: 2,
        maxDequeueCount: 5,
        visibilityTimeoutMs: 10_000,
        messageEncoding: 'none',
      },
      blobs: { maxDegreeOfParallelism: 3, poisonBlobThreshold: 1 },
      logLevels: { default: 'warning', 'function.x': 'none' },
    });
    expect((await read({ version: '2.0', functionTimeout: '-1' })).functionTimeoutMs).toBeUndefined();
  });

  it('is refused with all that is wrong in it', async () => {
    const wrong = read({
      version: '1.0',
      functionTimeout: 'long',
      extensions: { queues: { batchSize: 33, messageEncoding: 'hex' } },
      logging: { logLevel: { default: 'Loud' } },
    });
    const message = await wrong.then(String, (error: Error) => error.message);
    for (const where of [
      'version',
      'functionTimeout',
      'extensions.queues.batchSize',
      'extensions.queues.messageEncoding',
      'logging.logLevel.default',
    ])
      expect(message).toContain(`host.json: ${where}: `);
    await expect(read('{')).rejects.toThrow('host.json is not JSON');
    await expect(read({})).rejects.toThrow('host.json: version');
  });
});
