/**
 * Blob metadata travels in HTTP headers: values are percent-encoded, or anything but ASCII would make the client throw;
 * keys come back in any case of letters.
 */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key.toLowerCase(), encodeURIComponent(whole(value))]),
  );
}

/** Half a character has no encoding, and would make the encoder throw. */
function whole(value: string): string {
  return value.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Metadata with keys in lower case and values decoded; a value that was not encoded reads as it is. */
export function decodeMetadata(metadata: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key.toLowerCase(), decode(value)]),
  );
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
