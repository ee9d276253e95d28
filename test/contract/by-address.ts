import type { CallerSettings } from '../../src/core/caller-settings.ts';

/** For worlds that nobody calls. */
export const byAddress: CallerSettings = {
  check: 'ip',
  trustedProxies: 1,
  allowGet: true,
  tokens: { audience: '', tenantId: '', authority: 'https://login.invalid' },
};
