import type { Call, Expected, Step } from '../attack.ts';
import { tokenOf } from '../mint.ts';

/** What whoever is not proven is answered. */
export const refused: Expected = { status: 403, code: 'not_proven' };
export const letIn: Expected = { status: 200 };
export const badInput: Expected = { status: 400, code: 'bad_input' };
/** The host's own answers. */
export const noSuchDoor: Expected = { status: 404 };
export const wrongKey: Expected = { status: 401 };

export const ofVm01 = tokenOf('vm01');
export const ofVm02 = tokenOf('vm02');

/** The doors that are the VMs'. */
export const vmDoors = ['funcHttpVMStop', 'funcHttpVMNext'] as const;

/** The same call at both doors of the VMs. */
export function atBothDoors(call: Omit<Call, 'door'>): Step[] {
  return vmDoors.map((door) => ({ ...call, door }));
}

/** That a VM is let in at both doors: what stands between refusals, for refusing everything to be no defence. */
export function letInAtBothDoors(call: Omit<Call, 'door' | 'expects'>): Step[] {
  return atBothDoors({ ...call, expects: letIn, changes: 'all' });
}
