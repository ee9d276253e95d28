import { makeQuota, type Quota } from './quota.ts';
import { type MemoryLimits, type Remembered, remember } from './remember.ts';
import type { MachineIdentity, Machines, Pool } from './world.ts';

/** By what a VM that calls is known: its managed identity, its address, or both. */
export const callerChecks = ['identity', 'ip', 'both'] as const;
export type CallerCheck = (typeof callerChecks)[number];

/** What a bearer token says of its bearer, once it has been verified. */
export interface TokenClaims {
  /** `oid`: object id of the service principal. */
  principalId: string;
  /** `xms_mirid`, where it is there: the ARM id of what the identity belongs to. */
  resourceId: string | undefined;
}

/**
 * Verifies a bearer token: signature, issuer, audience, tenant, times. Throws `not_proven` with the reason; `unavailable` where the
 * tenant's keys are not to be had.
 */
export type VerifyToken = (token: string) => Promise<TokenClaims>;

/** All that is asked to tell who calls. What is remembered of it, this instance of the app remembers. */
export interface Callers {
  check: CallerCheck;
  /** Proxies in front whose entries in `X-Forwarded-For` are believed; the platform's own front end is the first. */
  trustedProxies: number;
  verify: VerifyToken;
  /** The pool's VMs as ARM reports them, by lower-case name. */
  identities: Remembered<Map<string, MachineIdentity>>;
  addresses: Remembered<Map<string, string[]>>;
  /** How many refusals are told of. */
  refusals: Quota;
}

/**
 * `againMsMin` costs no VM its call: a new identity or address is given before a boot, and a VM calls after it, which takes longer than
 * that. What was read in between has the new one.
 */
const identityLimits: MemoryLimits = { keptMsMax: 10 * 60_000, againMsMin: 15_000 };
/** A dynamic address may be another machine's soon after its VM was deallocated. */
const addressLimits: MemoryLimits = { keptMsMax: 60_000, againMsMin: 15_000 };

/** Enough to see what is wrong with a VM, and too few to fill a table. */
const refusalLimits = { perSource: 5, total: 60 };

/** Makes what tells who calls, on what the pool's rows and ARM say. */
export function makeCallers(
  settings: Pick<Callers, 'check' | 'trustedProxies' | 'verify'>,
  { pool, machines, now }: { pool: Pool; machines: Machines; now: () => number },
): Callers {
  return {
    ...settings,
    identities: remember(async () => machines.identities(await pool.list()), identityLimits, now),
    addresses: remember(async () => machines.addresses(await pool.list()), addressLimits, now),
    refusals: makeQuota(refusalLimits, now),
  };
}
