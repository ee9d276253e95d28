import type { Actor, Sim } from './sim.ts';

/** Sleeps as a program does: not at all once it is dead, and sometimes far too long. */
export function sleepOf(actor: Actor, ms: number, signal: AbortSignal | undefined, sim: Sim): Promise<void> {
  const { clock, dice, faults } = sim;
  const frozenMs = dice.chance(faults.pause / 10) ? dice.between(60_000, 20 * 60_000) : 0;
  return new Promise((resolve) => {
    const wake = () => {
      signal?.removeEventListener('abort', wake);
      if (actor.isAlive) resolve();
    };
    if (signal?.aborted) return wake();
    signal?.addEventListener('abort', wake);
    clock.after(ms + frozenMs, wake);
  });
}
