import { oddHeaders, orTooLong, type Parts } from './parts.ts';
import type { HttpShot } from './shot.ts';
import { from } from './vm-shots.ts';

const paths = [
  '/',
  '/api',
  '/api/',
  '/robots.txt',
  '/admin/host/status',
  '/admin/functions/funcTimerData',
  '/admin/functions/funcTimerWatchdog',
  '/runtime/webhooks/blobs?functionName=Host.Functions.funcBlobDataProcessing',
  '/runtime/webhooks/durabletask',
  '/api/funcTimerData',
  '/api/funcTimerWatchdog',
  '/api/funcQueueLog',
  '/api/funcBlobDataProcessing',
  '/api/funcHttpVMStop/x',
  '/api/funcHttpVMStop/',
  '//api//funcHttpVMStop',
  '/api//funcHttpVMStop',
  '/api/../api/funcHttpVMStop',
  '/api/%2e%2e/funcHttpVMStop',
  '/api%2ffuncHttpVMStop',
  '/api/funcHttpVMStop%00',
  '/api/funcHttpVMStop;x=y',
  '/api/funcHttpVMStop#jobs',
  '/API/FUNCHTTPVMNEXT',
  '/api/funcHttpVMStop.json',
  '/api/jobs/%',
  '/api/jobs/%ff',
  '/api/jobs/a/b/c/d',
  '/api/../../../../etc/passwd',
  '/.git/config',
  '\\api\\funcHttpVMStop',
  'http://127.0.0.1/api/funcHttpVMStop',
  'http://example.org/api/jobs?state=failed',
  'http://user:secret@127.0.0.1/api/funcHttpVMStop',
  'ftp://127.0.0.1/api/funcHttpVMStop',
  'http:/api/jobs',
  '*',
  '?',
];
const hosts = [
  'example.org',
  '127.0.0.1:99999',
  'a b',
  '',
  '[::1',
  'user:secret@127.0.0.1',
  '127.0.0.1/api/jobs?',
  'x'.repeat(300),
];

/** A call of what is no door, or of a door by another name, with a key, but without any proof. */
export function strayShot(parts: Parts): HttpShot {
  const { chance, scene, odd } = parts;
  const isPath = chance.chance(0.8);
  const path = isPath
    ? chance.pick([...paths, `/${encodeURI(odd.hex(6))}`, `/api/${odd.hex(3)}`])
    : chance.pick(['/api/funcHttpVMStop?vmName=vm01', '/api/funcHttpVMNext', '/api/jobs?count=1']);
  const body = chance.chance(0.2) ? odd.body().bytes : undefined;
  const key = chance.pick([scene.vmKey, odd.hex(20), undefined]);
  const headers = {
    ...oddHeaders(parts),
    ...(!isPath && { host: chance.pick(hosts) }),
    ...(key !== undefined && { 'x-functions-key': key }),
  };
  return {
    kind: isPath ? 'a stray path' : 'a stray host',
    method: chance.pick(['GET', 'POST', 'POST', 'HEAD', 'PUT', 'OPTIONS']),
    ...{ path, headers, ...from(parts) },
    ...(body && { body }),
    isChunked: false,
    ...orTooLong(path, headers, [
      { status: 400 },
      { status: 401 },
      { status: 404 },
      { status: 403, code: 'not_proven' },
    ]),
  };
}
