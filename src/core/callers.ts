import { AppError, isAppError } from './errors.ts';
import { makeQuota, type Quota } from './quota.ts';
import { type MemoryLimits, type Remembered, remember } from './remember.ts';
import type { Vm } from './vm.ts';
import type { MachineIdentity, World } from './world.ts';

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
const againMsMin = 15_000;
/** The identity of a VM is the same as long as it lives, and leases must outlive an outage of ARM. */
const identityLimits: MemoryLimits = { freshMsMax: 5 * 60_000, keptMsMax: 60 * 60_000, againMsMin };
/** A dynamic address may be another machine's soon after its VM was deallocated. */
const addressLimits: MemoryLimits = { freshMsMax: 30_000, keptMsMax: 60_000, againMsMin };

/** Enough to see what is wrong with a VM, and too few to fill a table. */
const refusalLimits = { perSource: 5, total: 60 };

/** Makes what tells who calls, on what the pool's rows and ARM say. How old that is, `clock` tells, which is never set back. */
export function makeCallers(
  settings: Pick<Callers, 'check' | 'trustedProxies' | 'verify'>,
  world: Pick<World, 'pool' | 'machines' | 'log' | 'now'>,
  clock: () => number = world.now,
): Callers {
  const { pool, machines } = world;
  const lookUp =
    <T>(of: (vms: readonly Vm[]) => Promise<T>) =>
    async () =>
      of(withoutDoubles(await pool.list()));
  return {
    ...settings,
    identities: remember(
      orUnavailable(lookUp(machines.identities)),
      identityLimits,
      clock,
      tell('identities', world),
    ),
    addresses: remember(
      orUnavailable(lookUp(machines.addresses)),
      addressLimits,
      clock,
      tell('addresses', world),
    ),
    refusals: makeQuota(refusalLimits, clock),
  };
}

/** Writes one row for an outage: those whom an old answer still lets in do not notice it, and one day all would. */
function tell(what: string, { log, now }: Pick<World, 'log' | 'now'>): (error: unknown) => Promise<void> {
  return async (error) => {
    const message = `the ${what} of the pool's VMs cannot be read, and calls are let in by what is remembered of them, as long as that may be: ${error}`;
    try {
      await log({ writer: 'Vmstop', level: 'error', event: 'callers-unread', message, at: now() });
    } catch (error) {
      // Whoever needs an answer is told all the same.
      if (!isAppError(error)) throw error;
    }
  };
}

/** Of rows whose names differ in case only nobody can tell which one a call means: it is none. */
function withoutDoubles(vms: readonly Vm[]): Vm[] {
  const times = new Map<string, number>();
  for (const { name } of vms) times.set(name.toLowerCase(), (times.get(name.toLowerCase()) ?? 0) + 1);
  return vms.filter(({ name }) => times.get(name.toLowerCase()) === 1);
}

/** Whatever goes wrong, the caller is neither let in nor told more than to come again. */
function orUnavailable<T>(look: () => Promise<T>): () => Promise<T> {
  return async () => {
    try {
      return await look();
    } catch (cause) {
      if (!isAppError(cause)) throw cause;
      // For how long ARM wants its peace is nothing to a VM, whose lease runs: another instance may know it.
      throw new AppError('unavailable', `who calls cannot be told now: ${cause.message}`, { cause });
    }
  };
}
