import type { Callers, TokenClaims } from './callers.ts';
import { AppError } from './errors.ts';
import { isVmName } from './vm-name.ts';
import type { MachineIdentity } from './world.ts';

/** What a call shows of who sent it. */
export interface Evidence {
  /** The bearer token. */
  token: string | undefined;
  /** The address from which it came, in canonical form. */
  address: string | undefined;
}

/**
 * Proves that a call comes from the VM that it names. Throws `not_proven` with the reason, which is for the log and not for the
 * caller; `unavailable` where nobody can tell now: then it is not let in either.
 *
 * Nothing that is looked up depends on the name, so that neither the answer nor its time tells which names there are.
 */
export async function prove(vmName: unknown, evidence: Evidence, callers: Callers): Promise<void> {
  if (!isVmName(vmName))
    throw new AppError('not_proven', 'it names no VM, or what cannot be the name of one');
  const key = vmName.toLowerCase();
  if (callers.check !== 'ip') await proveIdentity(key, evidence.token, callers);
  if (callers.check !== 'identity') await proveAddress(key, evidence.address, callers);
}

async function proveIdentity(key: string, token: string | undefined, callers: Callers): Promise<void> {
  if (token === undefined) throw new AppError('not_proven', 'it carries no bearer token');
  const claims = await callers.verify(token);
  const { read, readAgain } = callers.identities;
  // A VM that was rebuilt under its name has a new principal.
  let identity: MachineIdentity | undefined;
  for (const look of [read, readAgain]) {
    identity = (await look()).get(key);
    if (isTokenOf(claims, identity)) return;
  }
  const known = identity
    ? `ARM reports another identity for that VM, ${identity.principalId}`
    : 'no row of tblvm has that name (or two have it, in other letters), or ARM reports no VM for it, or one without a system-assigned identity';
  throw new AppError('not_proven', `its token is of the principal ${claims.principalId}; ${known}`);
}

function isTokenOf(claims: TokenClaims, identity: MachineIdentity | undefined): boolean {
  if (!identity || claims.principalId.toLowerCase() !== identity.principalId.toLowerCase()) return false;
  return (
    claims.resourceId === undefined || claims.resourceId.toLowerCase() === identity.resourceId.toLowerCase()
  );
}

async function proveAddress(key: string, address: string | undefined, callers: Callers): Promise<void> {
  if (address === undefined)
    throw new AppError('not_proven', 'the front end told no address from which it came');
  const { read, readAgain } = callers.addresses;
  // A dynamic address is a new one after each start.
  for (const look of [read, readAgain]) if ((await look()).get(key)?.includes(address)) return;
  throw new AppError(
    'not_proven',
    `${address} is no address that ARM reports for the network interfaces of the VM that it names`,
  );
}
