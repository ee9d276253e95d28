import type { World } from './world.ts';

/** The items from a random one on, and then those before it: what ends early, or fails, is not always about the same ones. */
export function fromAnywhere<T>(items: readonly T[], { random }: Pick<World, 'random'>): T[] {
  const first = Math.floor(random() * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
