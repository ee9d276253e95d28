import { expect, it } from 'vitest';
import { withoutProxy } from '../../src/local/environment.ts';

it('takes the proxy variables out, in any case, and leaves the rest', () => {
  const env = {
    PATH: '/bin',
    HTTP_PROXY: 'http://p',
    https_proxy: 'http://p',
    No_Proxy: 'x',
    PROXY_LIKE: 'y',
  };
  expect(withoutProxy(env)).toEqual({ PATH: '/bin', PROXY_LIKE: 'y' });
});
