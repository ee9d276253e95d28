import { isAppError } from './errors.ts';
import { isVmName } from './vm-name.ts';
import type { World } from './world.ts';

/** A call that was turned away because nothing proves that it comes from the VM that it names. */
export interface Refusal {
  /** For people. */
  reason: string;
  /** As the call names it, whatever that is. */
  vmName: unknown;
  /** The address from which it came, or what there is in place of one. */
  source: string;
  /** What the answer carries too, so that its receiver can ask about it. */
  correlationId: string;
}

/** A reason may quote what a caller sent. */
const reasonLengthMax = 300;

/**
 * Notes a refusal in `tbllog`, up to a few a minute for each source and not many for all: an attacker must not fill the table. Returns
 * the line for the trace; undefined if this one is passed over.
 */
export async function noteRefusal(refusal: Refusal, world: World): Promise<string | undefined> {
  const { reason, source, correlationId } = refusal;
  const { isWithin, passedOver } = world.callers.refusals.take(source);
  if (!isWithin) return undefined;
  const vmName = isVmName(refusal.vmName) ? refusal.vmName : undefined;
  const others = passedOver > 0 ? `; ${passedOver} more before it were not noted` : '';
  const message = `a call from ${source} in the name of ${vmName ?? 'no VM'} was refused: ${told(reason)}${others}`;
  const at = world.now();
  const line = {
    writer: 'Vmstop',
    level: 'warning',
    event: 'refused-caller',
    message,
    correlationId,
    at,
  } as const;
  try {
    await world.log(vmName === undefined ? line : { ...line, vmName });
  } catch (error) {
    // It is refused all the same, and the trace has it.
    if (!isAppError(error)) throw error;
  }
  return message;
}

function told(reason: string): string {
  return reason.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, '\ufffd').slice(0, reasonLengthMax);
}
