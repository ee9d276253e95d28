import { createServer } from 'node:http';
import { join, sep } from 'node:path';
import { connectEndpoint } from '../../../src/agent/endpoint.ts';
import { safeName } from '../../../src/agent/safe-name.ts';
import { isAppError } from '../../../src/core/errors.ts';
import { closeServer, listen } from '../../../src/local/listen.ts';
import type { Attack } from '../attack.ts';

/** Names of blobs that somebody chose with care. */
const blobNames = [
  '../../etc/passwd',
  '..',
  '.',
  '/',
  '/etc/passwd',
  'a/../../b',
  'C:\\Windows\\System32\\cmd.exe',
  '..\\..\\b',
  '\\\\server\\share\\b',
  'a\0b',
  'a\nb',
  'a b; rm -rf /',
  '$(id)',
  '`id`',
  '%2e%2e%2fb',
  'con',
  'NUL.txt',
  'a:stream',
  'ä'.repeat(300),
  '\u202egnp.exe',
  '-rf',
];

function wrongAsFile(blobName: string): string | undefined {
  const folder = `${sep}work${sep}in`;
  const name = safeName(blobName);
  const path = join(folder, name);
  const isInside = path.startsWith(folder + sep) && path.lastIndexOf(sep) === folder.length;
  const isPlain = /^[\p{L}\p{M}\p{N}._-]+$/u.test(name) && Buffer.byteLength(name) <= 100;
  const isDevice = /^(con|nul)(\.|$)/i.test(name);
  return isInside && isPlain && !isDevice
    ? undefined
    : `${JSON.stringify(blobName)} becomes ${JSON.stringify(name)}`;
}

/** What the functions never answer. */
const falseAnswers: Record<string, unknown>[] = [
  { jobId: '../../x' },
  { jobId: '/etc' },
  { jobId: 'a\0' },
  { jobId: '' },
  { jobId: 'A'.repeat(40) },
  { jobId: '0'.repeat(65) },
  { attempt: '../1' },
  { attempt: 0 },
  { action: '../process' },
  { fileName: '' },
];

const trueAnswer = {
  fileName: 'a.json',
  etag: '0x1',
  action: 'process',
  jobId: '0'.repeat(40),
  attempt: 1,
  leaseSeconds: 300,
  timeLimitSeconds: 60,
};

/** Asks for work as the agent does where this is answered, and tells whether it takes it. */
async function isTaken(change: object): Promise<boolean> {
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ stop: false, next: { ...trueAnswer, ...change } })),
  );
  const endpoint = `http://127.0.0.1:${await listen(server)}`;
  const access = { endpoint, functionKey: 'key', audience: undefined };
  const { next } = connectEndpoint(
    { vmName: 'vm01', localAddress: undefined, callMs: 5000 },
    { access: { get: async () => access, renew: async () => access }, token: async () => 'token' },
  );
  try {
    return (await next()).next !== null;
  } catch (error) {
    if (!isAppError(error, 'unavailable')) throw error;
    return false;
  } finally {
    await closeServer(server);
  }
}

export const agentNames: Attack[] = [
  {
    name: 'name: of a file, as the agent has it on its disk',
    steps: blobNames.map((blobName) => ({ check: () => wrongAsFile(blobName) })),
  },
  {
    name: 'name: of a job, in a false answer to the agent',
    steps: [
      ...falseAnswers.map((change) => ({
        check: async () =>
          (await isTaken(change)) ? `the agent takes ${JSON.stringify(change)}` : undefined,
      })),
      { check: async () => ((await isTaken({})) ? undefined : 'the agent does not take a true answer') },
    ],
  },
];
