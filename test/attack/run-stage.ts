import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Attack } from './attack.ts';
import type { Ended } from './run-attack.ts';

const run = promisify(execFile);

/** Makes attacks on a bundled stage, in one process for each way in which the doors can be registered. */
export async function runStage(
  file: string,
  attacks: readonly Attack[],
  spareKeys: string,
): Promise<Ended[]> {
  const ways = [...new Set(attacks.map(wayOf))];
  const ended = await Promise.all(ways.map((way) => runWay(file, way, attacks, spareKeys)));
  return ended.flat();
}

function wayOf({ settings }: Attack): string {
  return settings?.ALLOW_GET ?? 'true';
}

async function runWay(
  file: string,
  way: string,
  attacks: readonly Attack[],
  spareKeys: string,
): Promise<Ended[]> {
  const names = attacks.filter((attack) => wayOf(attack) === way).map(({ name }) => name);
  const { stdout } = await run(process.execPath, [file, JSON.stringify(names)], {
    env: { ...process.env, ALLOW_GET: way, SPARE_KEYS: spareKeys },
    timeout: 60_000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
