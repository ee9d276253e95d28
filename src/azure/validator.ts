/**
 * What stands for one version of a source's item: `etag:…` or `modified:…` as the source gave it (RFC 9110, 8.8), or
 * `sha256:…` of the content.
 */
export function offeredValidator(headers: Headers): string | undefined {
  const etag = headers.get('etag');
  if (etag) return `etag:${etag}`;
  const modified = headers.get('last-modified');
  return modified ? `modified:${modified}` : undefined;
}

/** The header that asks for the item only if it is another version than the one remembered; none if that is a hash. */
export function conditionOf(validator = ''): Record<string, string> {
  const value = validator.slice(validator.indexOf(':') + 1);
  if (validator.startsWith('etag:')) return { 'if-none-match': value };
  if (validator.startsWith('modified:')) return { 'if-modified-since': value };
  return {};
}
