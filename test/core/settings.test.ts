import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultRules } from '../../src/core/rules.ts';
import { parseSettings, settingNames } from '../../src/core/settings.ts';

const least = {
  AzureWebJobsStorage__accountName: 'acc',
  VM_SUBSCRIPTION_ID: 's',
  VM_RESOURCE_GROUP: 'r',
  COLLECT_SCHEDULE: '0 */10 * * * *',
  WATCH_SCHEDULE: '0 * * * * *',
  BLOB_SOURCE: 'EventGrid',
  CALLER_AUDIENCE: 'api://rouse',
  TENANT_ID: '00000000-0000-0000-0000-00000000000a',
};

function problemsOf(environment: Record<string, string>): string {
  try {
    parseSettings(environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('these settings were taken');
}

describe('the settings', () => {
  it('have the protocol’s defaults', () => {
    const settings = parseSettings(least);
    expect(settings.rules).toEqual(defaultRules);
    expect(settings.names.tbljob).toBe('tbljob');
    expect(settings.storage.tableUrl).toBe('https://acc.table.core.windows.net');
    expect(settings.sources).toEqual([]);
    expect(settings.callers).toMatchObject({ check: 'identity', trustedProxies: 1, allowGet: true });
    expect(settings.callers.tokens.authority).toBe('https://login.microsoftonline.com');
  });

  it('demand an audience and a tenant, unless callers are told by their addresses alone', () => {
    const { CALLER_AUDIENCE: _, TENANT_ID: __, ...others } = least;
    const message = problemsOf(others);
    expect(message).toContain('CALLER_AUDIENCE: is missing');
    expect(message).toContain('TENANT_ID: is missing');
    expect(problemsOf({ ...others, CALLER_CHECK: 'both' })).toContain('TENANT_ID: is missing');
    expect(parseSettings({ ...others, CALLER_CHECK: 'ip' }).callers.check).toBe('ip');
  });

  it('name the tenant as Entra writes it', () => {
    const settings = parseSettings({ ...least, TENANT_ID: '00000000-0000-0000-0000-00000000000A' });
    expect(settings.callers.tokens.tenantId).toBe('00000000-0000-0000-0000-00000000000a');
  });

  it.each([
    ['CALLER_CHECK', 'none'],
    ['CALLER_CHECK', 'off'],
    ['TENANT_ID', 'common'],
    ['TENANT_ID', 'example.org'],
    ['TOKEN_AUTHORITY', 'http://login.example.org'],
    ['TOKEN_AUTHORITY', 'https://login.example.org?x'],
    ['ARM_ENDPOINT', 'http://management.example.org'],
    ['AzureWebJobsStorage__blobServiceUri', 'http://account.example.org'],
    ['TRUSTED_PROXIES', '0'],
    ['TRUSTED_PROXIES', '-1'],
    ['ALLOW_GET', 'perhaps'],
  ])('do not take for %s %s', (name, value) => {
    const message = problemsOf({ ...least, [name]: value });
    expect(message).toContain(`${name}: `);
    expect(message).not.toContain(value);
  });

  it('as committed for local use are complete', () => {
    const file = JSON.parse(readFileSync(new URL('../../local.settings.json', import.meta.url), 'utf8'));
    expect(parseSettings(file.Values).storage.blobUrl).toMatch(/^https:\/\/127\.0\.0\.1/);
  });

  it('name everything that is missing or wrong at once, and no value', () => {
    const message = problemsOf({ LEASE_SECONDS: 'secret-soon', DATA_CONTAINER: 'NO_SUCH', SOURCES: '{' });
    for (const name of [
      'VM_SUBSCRIPTION_ID: is missing',
      'COLLECT_SCHEDULE: is missing',
      'BLOB_SOURCE: is missing',
      'LEASE_SECONDS: must be a number from 0.1',
      'DATA_CONTAINER: must be',
      'AzureWebJobsStorage__tableServiceUri: is missing',
      'SOURCES: is not JSON',
    ])
      expect(message).toContain(name);
    expect(message).not.toContain('secret-soon');
    expect(message).not.toContain('NO_SUCH');
  });

  it('take an empty one as not set', () => {
    expect(parseSettings({ ...least, LEASE_SECONDS: '' }).rules.leaseMs).toBe(defaultRules.leaseMs);
  });

  it('read seconds, fractions too', () => {
    expect(parseSettings({ ...least, LEASE_SECONDS: '1.5' }).rules.leaseMs).toBe(1500);
  });

  it.each(['[]', '{"A b": 1}', '{"chart": "1"}', '{"chart": 0}', 'chart=1'])(
    'refuse %s as limits of actions',
    (text) => {
      const message = problemsOf({ ...least, ACTION_SECONDS_MAX_BY_ACTION: text });
      expect(message).toContain('ACTION_SECONDS_MAX_BY_ACTION: must be a JSON object of actions and seconds');
    },
  );

  it('have a name for every rule', () => {
    const changed = parseSettings({
      ...least,
      ...Object.fromEntries(
        settingNames.filter((name) => /_SECONDS|_MAX$/.test(name)).map((name) => [name, '7']),
      ),
      DEFAULT_ACTION: 'other',
      ACTION_SECONDS_MAX_BY_ACTION: '{"chart": 1.5}',
    });
    expect(changed.rules.actionMsMaxByAction).toEqual({ chart: 1500 });
    for (const [rule, value] of Object.entries(changed.rules))
      expect(value, rule).not.toBe(defaultRules[rule as keyof typeof defaultRules]);
  });
});

describe('the list of sources', () => {
  const withSources = (sources: unknown, more = {}) => ({
    ...least,
    SOURCES: JSON.stringify(sources),
    ...more,
  });

  it('takes headers from other settings, so that no secret stands in it', () => {
    const sources = [
      { name: 'prices', url: 'https://example.org/p.csv', headers: { Authorization: 'Bearer %TOKEN%' } },
    ];
    expect(parseSettings(withSources(sources, { TOKEN: 'x' })).sources[0]?.headers).toEqual({
      Authorization: 'Bearer x',
    });
    expect(problemsOf(withSources(sources))).toContain('TOKEN: is missing (SOURCES[0] refers to it)');
  });

  it('refuses unknown fields, bad names and two of one name', () => {
    const message = problemsOf(withSources([{ name: 'a b', url: 'ftp://x', cron: '' }]));
    expect(message).toContain('SOURCES[0.name]');
    expect(message).toContain('SOURCES[0.url]');
    const twice = [
      { name: 'a', url: 'http://x.org' },
      { name: 'A', url: 'http://x.org' },
    ];
    expect(problemsOf(withSources(twice))).toContain('same name');
  });
});
