import { type Defence, edit } from './defence.ts';

const tokens = 'azure/tokens.ts';
const keys = 'azure/tenant-keys.ts';

/** What a token must be to be believed. */
export const tokenDefences: Defence[] = [
  {
    id: 'token-signature',
    what: 'a token is signed with a key that the tenant publishes',
    edits: [
      edit(tokens, 'import { errors, jwtVerify }', 'import { errors, decodeJwt }'),
      edit(
        tokens,
        'jwtVerify(token, keys, options)',
        'Promise.resolve().then(() => ({ payload: decodeJwt(token) }))',
      ),
    ],
    fails: 'token: signed by a stranger under the key id of the tenant',
  },
  {
    id: 'token-algorithm',
    what: 'a token is signed with RS256, whatever it says of its own algorithm',
    edits: [edit(tokens, `algorithms: ['RS256'],`, '')],
    fails: 'token: signed by the tenant, but with RS512',
  },
  {
    id: 'token-issuer',
    what: 'a token is issued by the tenant’s own token service',
    edits: [edit(tokens, 'issuer: issuersOf(tenantId, origin),', '')],
    fails: 'token: issued by another tenant (version 1)',
  },
  {
    id: 'token-audience',
    what: 'a token was asked for this application',
    edits: [edit(tokens, 'audience: audiencesOf(audience),', '')],
    fails: 'token: for another audience',
  },
  {
    id: 'token-tenant',
    what: 'a token names this tenant',
    edits: [edit(tokens, 'tid.toLowerCase() !== tenantId.toLowerCase()', 'false')],
    fails: 'token: another tenant in tid',
  },
  {
    id: 'token-times',
    what: 'a token holds now, give or take one minute',
    edits: [edit(tokens, 'const leewaySeconds = 60;', 'const leewaySeconds = 3600;')],
    fails: 'token: expired, by a minute more than clocks may differ',
  },
  {
    id: 'token-expiry',
    what: 'a token ends some time',
    edits: [edit(tokens, `requiredClaims: ['exp', `, 'requiredClaims: [')],
    fails: 'token: without an end',
  },
  {
    id: 'token-shape',
    what: 'the principal in a token is one text',
    edits: [edit(tokens, `typeof oid !== 'string' || oid === ''`, 'false')],
    fails: 'token: a list of principals',
  },
  {
    id: 'token-keys-outage',
    what: 'a tenant whose keys are not to be had makes nobody trusted, and no true VM a stranger',
    edits: [edit(keys, 'if (saysNo(error)) throw error;', 'throw error;')],
    fails: 'token: while the keys of the tenant are not to be had',
  },
  {
    id: 'token-keys-limit',
    what: 'made-up key ids do not have the keys fetched in a row',
    edits: [edit(keys, 'cooldownDuration: againMsMin', 'cooldownDuration: 0')],
    fails: 'token: fifty made-up key ids have the keys fetched once',
  },
  {
    id: 'token-keys-outage-limit',
    what: 'nor while they are not to be had',
    edits: [edit(keys, 'if (!isKnown && failed &&', 'if (false && failed &&')],
    fails: 'token: fifty made-up key ids have the keys fetched a few times, while they are not to be had',
  },
];
