import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/agent/config.ts';
import { connectAgent } from '../../src/agent/connect.ts';
import { identityIn } from '../../src/agent/guest-firewall.ts';
import { endAllOf } from '../../src/agent/guest-user.ts';
import { UnfitError } from '../../src/agent/unfit.ts';
import { closeServer, listen } from '../../src/local/listen.ts';
import { claimOf } from './scripted-world.ts';

/** An account that this machine does not have, and that no other test runs anything as. */
const guestUser = { uid: 61_736, gid: 61_736 };
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

it('takes the tokens to be where every program can ask, unless the agent’s own want a secret', () => {
  const imds = { host: '169.254.169.254', port: 80 };
  expect(identityIn({})).toEqual(imds);
  expect(identityIn({ IDENTITY_ENDPOINT: 'http://127.0.0.1:1/' })).toEqual(imds);
  expect(identityIn({ IDENTITY_ENDPOINT: 'http://127.0.0.1:1/', IDENTITY_HEADER: 'x' })).toBe(undefined);
});

it('is unfit for any file where no folder can be made for a run, as on a full disk', async () => {
  const base = await mkdtemp(join(tmpdir(), 'rouse-guests-'));
  try {
    const workFolder = join(base, 'no-folder');
    await writeFile(workFolder, '');
    const storage = { blobUrl: 'https://a.example/', queueUrl: 'https://b.example/' };
    const text = JSON.stringify({ vmName: 'vm01', storage, workFolder, guests: {} });
    const { world } = connectAgent(readConfig(text, base, {}), undefined);
    await expect(world.openFolder(claimOf(), '.json')).rejects.toBeInstanceOf(UnfitError);
  } finally {
    await rm(base, { recursive: true });
  }
});

describe.skipIf(!isRoot)('the world of an agent whose guests are another user', () => {
  let base: string;
  let workFolder: string;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'rouse-guests-'));
    await chmod(base, 0o711);
    workFolder = join(base, 'work');
    await mkdir(workFolder, { mode: 0o711 });
  });
  afterEach(async () => {
    await endAllOf(guestUser);
    await rm(base, { recursive: true });
  });

  /** Where nobody listens. */
  async function freePort(): Promise<number> {
    const server = createServer();
    const port = await listen(server);
    await closeServer(server);
    return port;
  }

  function connect(port: number) {
    const storage = { blobUrl: 'https://a.example/', queueUrl: 'https://b.example/' };
    const text = JSON.stringify({ vmName: 'vm01', storage, workFolder, guestUser, guests: {} });
    return connectAgent(readConfig(text, base, {}), { host: '127.0.0.1', port }).world;
  }

  const shell = (folder: string, script: string) => ({
    action: 'profile',
    command: ['/bin/sh', '-c', script],
    folder,
    workingFolder: folder,
    output: join(folder, 'out', 'output'),
    environment: { TMPDIR: '/tmp', MODE: 'x' },
    console: { files: 1, bytes: 1000 },
  });

  it('does not begin where the guests reach the VM’s tokens, and says what is missing', async () => {
    let asked = 0;
    const server = createServer().on('connection', () => asked++);
    try {
      await expect(connect(await listen(server)).clearFolders()).rejects.toMatchObject({
        code: 'bad_input',
        message: expect.stringContaining('infra/vm/guest-firewall.nft'),
      });
    } finally {
      await closeServer(server);
    }
    expect(asked).toBe(1);
  });

  it('begins where they do not', async () => {
    await connect(await freePort()).clearFolders();
  });

  it('begins with nothing of theirs running, also in the middle', async () => {
    const world = connect(await freePort());
    for (const begin of [() => world.clearFolders(), () => world.openFolder(claimOf(), '')]) {
      const guest = spawn('/bin/sleep', ['60'], { ...guestUser, cwd: '/', detached: true, stdio: 'ignore' });
      const ended = once(guest, 'exit');
      await begin();
      expect(await ended).toEqual([null, 'SIGKILL']);
    }
  });

  it('gives a guest a place for temporary files that ends with its run', async () => {
    const world = connect(await freePort());
    const { path } = await world.openFolder(claimOf(), '');
    const script = 'for f in "$TMPDIR" "$TEMP" "$TMP"; do mktemp -p "$f"; done; echo "$MODE"; : > out/output';
    const { ok, tail } = await world.run(shell(path, script), new AbortController().signal);
    expect(ok).toBe(true);
    const name = expect.stringMatching(new RegExp(`^${path}/tmp/tmp\\.\\w+$`));
    expect(tail.split('\n')).toEqual([name, name, name, 'x']);
    await world.closeFolder(claimOf());
    expect(await readdir(workFolder)).toEqual(['console']);
  });
});
