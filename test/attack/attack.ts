import type { Mint } from './mint.ts';

/** An attack, or what must be let in for refusing everything to be no defence: as data, for any target. */
export interface Attack {
  /** No two have the same. */
  name: string;
  /** Settings of the app that differ from those of the stage: `CALLER_CHECK` is `identity` there, as it is where nothing is set. */
  settings?: Record<string, string>;
  /** One after the other, from a fresh town on. */
  steps: readonly Step[];
  /** Refusals that may be noted in the log in all. */
  notedMax?: number;
  /** How often the tenant's keys may be fetched, and ARM asked, in all. */
  asksMax?: { keys?: number; arm?: number };
}

export type Step = Call | Act | Check;

export type Door = 'funcHttpVMStop' | 'funcHttpVMNext' | 'jobs';

/** Who calls, by the address that the front end sees: a VM, a stranger, or any address of loopback. */
export type From = 'vm01' | 'vm02' | 'stranger' | `127.${string}`;

export type Headers = Record<string, string | string[]>;

/** One call. Whatever is not said is such that only the proof is missing, and that it would do harm. */
export interface Call {
  door?: Door;
  /** POST where there is a body and at `funcHttpVMNext`, else GET. */
  method?: string;
  /** What follows the door's own path, percent-encoded. */
  path?: string | ((town: Town) => string);
  /** A text goes as it is. If neither query nor body is said: vm01, and the file in its work. */
  query?: Given<string | Record<string, string>>;
  /** An object goes as JSON, all else as it is. */
  body?: Given<string | Uint8Array | object>;
  headers?: Headers | ((mint: Mint, town: Town) => Headers | Promise<Headers>);
  /** Sent as `Authorization: Bearer …`; none if not said. */
  token?: (mint: Mint) => string;
  /** The stranger, if not said. */
  from?: From | ((turn: number) => From);
  /** That of the door's callers, if not said; none. */
  key?: Key | { text: (keys: Keys) => string };
  /** In chunks, without a length. */
  chunked?: boolean;
  /** How often it is sent. */
  times?: number;
  /** Not one after the other. */
  atOnce?: boolean;
  expects: Expected;
  /** It is let in, and may change what it likes: the next call is held against what there is then. Or what it may change, by beginnings of names. */
  changes?: Given<'all' | readonly string[]>;
}

export type Given<T> = T | ((town: Town) => T);

export type Key = 'vm' | 'operator' | 'none';

export interface Keys {
  vm: string;
  operator: string;
}

export interface Expected {
  status: number;
  /** Of the problem document; without it an error has an empty body, as the host's own have. */
  code?: string;
  /** Properties of the JSON that is answered. */
  answer?: Record<string, unknown>;
}

/** What happens in the world meanwhile. */
export type Act =
  | { act: 'pass'; ms: number }
  | { act: 'keys'; state: 'down' | 'up' }
  /** `slow`: so that calls meet. */
  | { act: 'arm'; state: 'down' | 'slow' | 'up' }
  /** vm01 has a new identity, which is `vm01-rebuilt`. */
  | { act: 'rebuild' }
  /** vm01 has a new address instead of its old ones. */
  | { act: 'move'; to: From }
  /** The tenant signs with a new key. */
  | { act: 'rotate' }
  /** The row of vm02 is deleted. */
  | { act: 'remove' };

/** What is called without a door; what is wrong is returned. */
export interface Check {
  check: () => string | undefined | Promise<string | undefined>;
}

/** The files of the town, by what has become of them. */
export interface Town {
  /** In work on vm01, which gave it back once before. */
  work: TownJob;
  /** Assigned to vm02, which has a message. */
  listed: TownJob;
  waiting: TownJob;
  /** By vm01. */
  completed: TownJob;
  /** On vm01. */
  failed: TownJob;
  deferred: TownJob;
}

export interface TownJob {
  id: string;
  fileName: string;
  attempt: number;
}

/** What is attacked. */
export interface Target {
  town: Town;
  mint: Mint;
  keys: Keys;
  /** The address for a caller; undefined if this machine has it not: then the attack is passed over. */
  addressOf(from: From): string | undefined;
  send(request: Request): Promise<Answer>;
  /** Has it happen; false if that cannot be done to this target: then the attack is passed over. */
  act(act: Act): Promise<boolean>;
  /** All rows, blobs, messages and power states by name, but for the rows that note a refusal. */
  snapshot(): Promise<ReadonlyMap<string, string>>;
  /** The rows that note a refusal. */
  refusals(): Promise<readonly object[]>;
  asked(): { keys: number; arm: number };
  /** All that was traced so far. */
  trace(): string;
}

export interface Request {
  method: string;
  /** With the query. */
  path: string;
  headers: Headers;
  body: Uint8Array | undefined;
  chunked: boolean;
  localAddress: string | undefined;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}
