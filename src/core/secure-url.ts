import { isIP } from 'node:net';
import * as z from 'zod/mini';

/**
 * Whether a URL may be called with a key or a token: over `https:`, or over `http:` on this machine only, where the
 * world in a box has its front end.
 */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Such a URL that more can be appended to. A URL parser is deaf to some of what would then make it another, or none. */
export const secureUrl = z
  .string()
  .check(
    z.trim(),
    z.refine(isSecureUrl, 'not an https: URL (http: is for loopback addresses only, and no password in it)'),
    z.regex(/^[^\s\p{Cc}?#]*$/u, 'a URL with white space, a control character, ? or # in it'),
  );

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}
