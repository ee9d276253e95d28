import { type Defence, edit } from './defence.ts';

const prove = 'core/prove.ts';

/** What tells a VM from all others. */
export const callerDefences: Defence[] = [
  {
    id: 'caller-check-default',
    what: 'a site that sets nothing has its VMs proven by their identity',
    edits: [
      edit('core/caller-settings.ts', `z.enum(callerChecks), 'identity'`, `z.enum(callerChecks), 'ip'`),
    ],
    fails: 'keys: the VMs’ key and the VM’s address, where no check is set',
  },
  {
    id: 'settings-complete',
    what: 'the app does not start where tokens are checked for no audience or no tenant',
    edits: [edit('core/caller-settings.ts', '.filter((name) => !environment[name])', '.filter(() => false)')],
    fails: 'token: of any audience or tenant, by settings that are missing',
  },
  {
    id: 'one-tenant',
    what: 'the tenant is one, by its id',
    edits: [
      edit(
        'core/caller-settings.ts',
        `z.string().check(z.regex(guid, 'must be the id of the tenant, a GUID'))`,
        'z.string()',
      ),
    ],
    fails: 'token: of any tenant, by a setting that names all',
  },
  {
    id: 'caller-identity',
    what: 'a call brings a token, in the modes identity and both',
    edits: [edit(prove, `if (callers.check !== 'ip') await proveIdentity`, 'if (false) await proveIdentity')],
    fails: 'token: none',
  },
  {
    id: 'caller-principal',
    what: 'the principal in the token is the one that ARM reports for the VM that is named',
    edits: [edit(prove, 'claims.principalId.toLowerCase() !== identity.principalId.toLowerCase()', 'false')],
    fails: 'token: of another VM of the pool, without xms_mirid',
  },
  {
    id: 'caller-resource',
    what: 'a resource that the token names is that VM',
    edits: [edit(prove, 'claims.resourceId === undefined ||', 'true ||')],
    fails: 'token: of the VM, with another VM in xms_mirid',
  },
  {
    id: 'caller-rebuilt',
    what: 'a VM that was rebuilt is known by its new identity',
    edits: [edit(prove, 'for (const look of [read, readAgain]) {', 'for (const look of [read]) {')],
    fails: 'replay: the token of a VM from before it was rebuilt, and its new one',
  },
  {
    id: 'caller-address',
    what: 'a call comes from an address of the VM, in the modes ip and both',
    edits: [
      edit(prove, `if (callers.check !== 'identity') await proveAddress`, 'if (false) await proveAddress'),
    ],
    fails: 'replay: the token of a VM from elsewhere, where both are checked',
  },
  {
    id: 'caller-address-moved',
    what: 'a VM whose address has changed is known by the new one',
    edits: [
      edit(
        prove,
        'for (const look of [read, readAgain]) if ((await look())',
        'for (const look of [read]) if ((await look())',
      ),
    ],
    fails: 'address: one that the VM has no more, and its new one',
  },
  {
    id: 'caller-one-named',
    what: 'a call names one VM, by what can be a name of one',
    edits: [edit(prove, 'if (!isVmName(vmName))', 'if (false)')],
    fails: 'name: a number',
  },
  {
    id: 'forwarded-last',
    what: 'only what the trusted proxies wrote in X-Forwarded-For counts',
    edits: [edit('core/address.ts', '.at(-trustedProxies)', '.at(0)')],
    fails: 'address: the VM’s, claimed in the first entry',
  },
  {
    id: 'forwarded-count',
    what: 'with fewer entries in X-Forwarded-For than trusted proxies nothing counts',
    edits: [edit('core/address.ts', '.at(-trustedProxies)', '.slice(-trustedProxies)[0]')],
    fails: 'address: of a VM that goes round the second proxy',
  },
  {
    id: 'forwarded-port',
    what: 'the port that the front end writes is no part of the address',
    edits: [edit('core/address.ts', 'canonicalAddress(withoutPort(entry))', 'canonicalAddress(entry)')],
    fails: 'address: the VM’s own',
  },
  {
    id: 'forwarded-canonical',
    what: 'addresses are compared in one form',
    edits: [
      edit(
        'core/address.ts',
        'const mapped = address.replace(',
        'return text;\n  const mapped = address.replace(',
      ),
    ],
    fails: 'address: the VM’s own, in other spellings of IPv6',
  },
  {
    id: 'arm-outage',
    what: 'while ARM does not answer nobody is let in, and nobody taken for a stranger',
    edits: [
      edit(
        'core/callers.ts',
        'of(withoutDoubles(await pool.list()));',
        'of(withoutDoubles(await pool.list())).catch(() => new Map() as never);',
      ),
    ],
    fails: 'token: while ARM does not answer',
  },
  {
    id: 'failures-not-remembered',
    what: 'a look-up that failed is made again',
    edits: [
      edit(
        'core/remember.ts',
        `flight ??= readNow().finally(() => {
      flight = undefined;
    });`,
        'flight ??= readNow();',
      ),
    ],
    fails: 'token: while ARM does not answer',
  },
  {
    id: 'arm-outage-limit',
    what: 'while ARM does not answer it is not asked in a row',
    edits: [edit('core/remember.ts', 'if (failed && now() - failed.at < pauseMs) throw failed.error;', '')],
    fails: 'token: fifty have ARM asked once, while it does not answer',
  },
  {
    id: 'look-ups-end',
    what: 'what ARM said is believed for an hour at the most',
    edits: [edit('core/remember.ts', 'if (!last || now() - last.at > keptMsMax)', 'if (!last)')],
    fails: 'replay: the token of a VM that was rebuilt an hour ago, and has not called since',
  },
  {
    id: 'arm-one-flight',
    what: 'however many call at once, ARM is asked once',
    edits: [edit('core/remember.ts', 'flight ??= readNow()', 'flight = readNow()')],
    fails: 'token: a hundred at once have the keys fetched and ARM asked once',
  },
  {
    id: 'arm-limit',
    what: 'calls of strangers do not have ARM asked in a row',
    edits: [edit('core/remember.ts', 'last && now() - last.at < againMsMin ? last.value : fly()', 'fly()')],
    fails: 'token: fifty of a stranger have ARM asked no more than twice',
  },
];
