import { isIP, SocketAddress } from 'node:net';

/**
 * The address from which a call reached the outermost proxy that is trusted, in canonical form. Each proxy appends whom it saw to `X-Forwarded-For`, so with
 * one (the platform's front end) it is the last entry, with two the last but one; what stands before is the caller's own claim. The
 * front end writes the port too. Undefined if there are fewer entries than proxies, or that one is no address.
 */
export function callerAddress(
  forwardedFor: string | null | undefined,
  trustedProxies: number,
): string | undefined {
  const entry = forwardedFor?.split(',').at(-trustedProxies)?.trim();
  return entry ? canonicalAddress(withoutPort(entry)) : undefined;
}

/** An address in the one form in which addresses are compared: IPv6 as RFC 5952 has it, an IPv4 address never within one. */
export function canonicalAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 4) return text;
  // A zone (`%eth0`) means something on one machine only.
  if (version === 0 || text.includes('%')) return undefined;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  const mapped = address.replace(/^::ffff:/, '');
  return isIP(mapped) === 4 ? mapped : address;
}

/** `1.2.3.4:5`, `[2001:db8::1]:5`, `[2001:db8::1]`; more than one colon without brackets is an IPv6 address as it stands. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry);
  if (bracketed) return bracketed[1] ?? '';
  return /^[^:]*:\d{1,5}$/.test(entry) ? entry.slice(0, entry.indexOf(':')) : entry;
}
