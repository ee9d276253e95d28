import type { Answer } from './answer.ts';
import { goOn } from './go-on.ts';
import { greet, hear } from './greet.ts';
import type { World } from './world.ts';

/**
 * Claims: hands a VM its first file with a lease, or one of the waiting. Asked again, it answers the same file.
 * Throws `not_in_pool`.
 */
export async function claim(vmName: string, world: World): Promise<Answer> {
  const vm = await greet(vmName, world);
  await hear(vm, true, world);
  return goOn(vm.name, { writer: 'Vmstop', asksAgain: true }, world);
}
