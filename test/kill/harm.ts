import { setTimeout as sleep } from 'node:timers/promises';
import type { Box } from '../../src/local/box.ts';
import { diceOf } from '../sim/dice.ts';
import type { Faults } from './faults.ts';
import type { Network } from './network.ts';
import { carryOut, planStrikes } from './schedule.ts';
import { makeTurns } from './turns.ts';
import { planUploads, uploadAll, type Version } from './uploads.ts';

export interface Harm {
  box: Box;
  network: Network;
  faults: Faults;
  files: number;
  seed: number;
  /** How long harm is done. */
  chaosMs: number;
  /** Told of each strike. */
  count(what: string, times?: number): void;
  /** Keeps a line for who has to find out what happened. */
  note(at: number, line: string): void;
}

/** Files come in the first part of the time, so that the last ones too have some of it before them. */
const uploadShare = 0.7;

/**
 * Uploads all files while harm is done, and tells what was uploaded. When it resolves, all that was struck is up again, and the
 * network is whole.
 */
export async function doHarm({ faults, files, seed, chaosMs, ...scene }: Harm): Promise<Version[]> {
  const over = new AbortController();
  const turns = makeTurns();
  const endHarm = () => {
    faults.isOn = false;
    over.abort();
  };
  faults.isOn = true;
  try {
    const [versions] = await Promise.all([
      uploadAll(planUploads(files, chaosMs * uploadShare, seed), scene.box, turns),
      carryOut(planStrikes(files, chaosMs, seed + 1), {
        ...scene,
        dice: diceOf(seed + 2),
        over: over.signal,
        turns,
      }),
      sleep(chaosMs).then(endHarm),
    ]);
    return versions;
  } finally {
    endHarm();
  }
}
