import { type Mint, secondsFromNow, tokenOf } from '../mint.ts';
import { bySecond } from './tokens-forged.ts';

type Make = (mint: Mint) => string;

const other = '00000000-0000-0000-0000-0000000000ff';
const ours = '00000000-0000-0000-0000-00000000000a';

function changed(
  change: (claims: Record<string, unknown>, mint: Mint) => Record<string, unknown>,
  version?: '1.0' | '2.0',
): Make {
  return (mint) => {
    const claims = mint.claims('vm01', version);
    return mint.sign({ ...claims, ...change(claims, mint) });
  };
}

const withClaims = (change: Record<string, unknown>) => tokenOf('vm01', change);

/** Tokens with a genuine signature of the tenant, which were not given to this VM, for this app, for now. */
export const untruthfulTokens: Record<string, Make> = {
  'expired, by a minute more than clocks may differ': changed(() => ({ exp: secondsFromNow(-121) })),
  'expired a year ago': changed(() => ({ exp: secondsFromNow(-365 * 86_400) })),
  'not yet good, by a minute more than clocks may differ': changed(() => ({ nbf: secondsFromNow(121) })),
  'without an end': withClaims({ exp: undefined }),
  'with an end that is a text': changed(() => ({ exp: String(secondsFromNow(3600)) })),
  'with an end that is no number': withClaims({ exp: null }),
  'for another audience': withClaims({ aud: 'https://storage.azure.com/' }),
  'for no audience': withClaims({ aud: undefined }),
  'for several audiences, none of them this': withClaims({
    aud: ['api://rouse2', 'https://storage.azure.com'],
  }),
  'for an audience that begins like this': withClaims({ aud: 'api://rouse2' }),
  'for an audience that this begins like': withClaims({ aud: 'api://rous' }),
  'for an audience below this': withClaims({ aud: 'api://rouse/.default' }),
  'for this audience in other letters': withClaims({ aud: 'API://ROUSE' }),
  'for ARM': withClaims({ aud: 'https://management.azure.com/' }),
  'another tenant in tid': withClaims({ tid: other }),
  'no tenant in tid': withClaims({ tid: undefined }),
  'a list of tenants in tid': withClaims({ tid: [ours] }),
  'issued by another tenant (version 1)': withClaims({ iss: `https://sts.windows.net/${other}/` }),
  'issued by another tenant (version 2)': changed(
    (_, { authority }) => ({ iss: `${authority}/${other}/v2.0` }),
    '2.0',
  ),
  'issued by all tenants': changed((_, { authority }) => ({ iss: `${authority}/common/v2.0` }), '2.0'),
  'issued by another authority': withClaims({ iss: `https://login.example.org/${ours}/v2.0` }),
  'issued by another authority, which begins like this': changed((_, { authority }) => ({
    iss: `${authority}.example.org/${ours}/v2.0`,
  })),
  'issued by this tenant, but for its last slash': withClaims({ iss: `https://sts.windows.net/${ours}` }),
  'issued by nobody': withClaims({ iss: undefined }),
  'issued by a list': withClaims({ iss: [`https://sts.windows.net/${ours}/`] }),
  'no principal': withClaims({ oid: undefined }),
  'an empty principal': withClaims({ oid: '' }),
  'a principal that is no text': withClaims({ oid: 1 }),
  'a list of principals': changed(({ oid }) => ({ oid: [oid] })),
  'a principal that is an object': changed(({ oid }) => ({ oid: { toString: oid } })),
  'a principal with a space before it': changed(({ oid }) => ({ oid: ` ${oid}` })),
  'the principal in sub only': withClaims({ oid: other }),
  'of another VM of the pool': tokenOf('vm02'),
  'of another VM of the pool, without xms_mirid': tokenOf('vm02', { xms_mirid: undefined }),
  'of another VM of the pool, with this one in xms_mirid': (mint) =>
    mint.sign({ ...mint.claims('vm02'), xms_mirid: mint.claims('vm01').xms_mirid }),
  'of an identity that is no VM': tokenOf('app'),
  'of an identity that is no VM, without xms_mirid': tokenOf('app', { xms_mirid: undefined }),
  'of the VM, with another VM in xms_mirid': (mint) =>
    mint.sign({ ...mint.claims('vm01'), xms_mirid: mint.claims('vm02').xms_mirid }),
  'of the VM, with nothing in xms_mirid': withClaims({ xms_mirid: '' }),
  'of the VM, with a number in xms_mirid': withClaims({ xms_mirid: 1 }),
  'of the VM, with a list in xms_mirid': changed(({ xms_mirid }) => ({ xms_mirid: [xms_mirid] })),
};

/** Tokens of vm01. */
export const truthfulTokens: Record<string, Make> = {
  'of version 1': tokenOf('vm01'),
  'of version 2': changed(() => ({}), '2.0'),
  'of version 2 for the bare id of the application': changed(() => ({ aud: 'rouse' }), '2.0'),
  'without xms_mirid': withClaims({ xms_mirid: undefined }),
  'with xms_mirid in other letters': changed(({ xms_mirid }) => ({
    xms_mirid: String(xms_mirid).toUpperCase(),
  })),
  'with the principal in other letters': changed(({ oid }) => ({ oid: String(oid).toUpperCase() })),
  'expired within what clocks may differ': changed(() => ({ exp: secondsFromNow(-50) })),
  'not yet good within what clocks may differ': changed(() => ({ nbf: secondsFromNow(50) })),
  'signed with the second key of the tenant': bySecond('RS256'),
};
