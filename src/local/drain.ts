import { azurePool } from '../azure/pool.ts';
import type { Storage } from '../azure/storage.ts';

/** Sets `disabled` on a VM's row as a person would, and nothing else. Throws if the pool has no such VM. Returns what to tell. */
export async function drain(storage: Storage, vmName: string, disabled: boolean): Promise<string> {
  const vm = await azurePool(storage).read(vmName);
  if (!vm) throw new Error(`There is no VM ${vmName} in the pool: "npm run show -- tblvm" lists them.`);
  await storage.tblvm.updateEntity({ partitionKey: 'vmlist', rowKey: vm.name, disabled }, 'Merge');
  if (!disabled) return `${vm.name} is given files again`;
  const files = vm.files.length === 1 ? '1 file' : `${vm.files.length} files`;
  return `${vm.name} is given nothing more; it works off ${files}, stops and stays so ("npm run drain -- ${vm.name} --end" ends that)`;
}
