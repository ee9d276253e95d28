import type { IdentityEndpoint } from '../../src/local/identity.ts';
import { chanceOf } from './chance.ts';
import { oddOf } from './odd.ts';
import { operatorShot } from './operator-shots.ts';
import { proverOf } from './proofs.ts';
import { rawShot } from './raw-shots.ts';
import type { Scene } from './scene.ts';
import type { Shot } from './shot.ts';
import { strayShot } from './stray-shots.ts';
import { harmlessShot, unprovenShot } from './vm-shots.ts';

/**
 * Makes one random request after the other, the same for the same seed as far as keys, tokens and times are. Each may be answered,
 * and none of them may change anything.
 */
export async function gunOf(scene: Scene, identity: IdentityEndpoint, seed: number): Promise<() => Shot> {
  const chance = chanceOf(seed);
  const odd = oddOf(chance, seed);
  const parts = { scene, chance, odd, prover: await proverOf(identity, scene, chance, odd) };
  return () =>
    chance.weighed<Shot>([
      [60, () => unprovenShot(parts)],
      [10, () => harmlessShot(parts)],
      [18, () => operatorShot(parts)],
      [8, () => strayShot(parts)],
      [4, () => rawShot(parts)],
    ]);
}
