import type { CallerSettings } from '../../src/core/caller-settings.ts';
import type { World } from '../../src/core/world.ts';

/**
 * What the doors find in place of `src/functions/app.ts`, which connects to Azure: the world that the present attack is made in. The
 * doors ask for it at each call.
 */
export let realWorld: World;

/** What they ask for while they are registered. */
export const settings: { callers: Pick<CallerSettings, 'allowGet'> } = {
  callers: { allowGet: process.env.ALLOW_GET !== 'false' },
};

export function enter(world: World): void {
  realWorld = world;
}
