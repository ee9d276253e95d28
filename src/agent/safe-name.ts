import { posix } from 'node:path';

/** Bytes of a name: every file system takes them, and a guest program's own limits as well. */
const nameBytesMax = 100;
const extensionBytesMax = 20;

/**
 * Device names that Windows reserves, with any extension
 * (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
 */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * The name under which a guest program sees a blob: its base name with all but letters, digits, `.`, `_` and `-`
 * replaced, so that it neither leaves its folder nor means anything to a shell or to Windows. The extension is kept.
 */
export function safeName(blobName: string): string {
  const base = blobName.split(/[/\\]/).at(-1) ?? '';
  const plain = base
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]/gu, '_')
    .replace(/\.+$/, '');
  const named = /^\.*$/.test(plain) || reserved.test(plain) ? `_${plain}` : plain;
  if (Buffer.byteLength(named) <= nameBytesMax) return named;

  const extension = posix.extname(named);
  const kept = Buffer.byteLength(extension) <= extensionBytesMax ? extension : '';
  return cut(named.slice(0, named.length - kept.length), nameBytesMax - Buffer.byteLength(kept)) + kept;
}

/** The longest beginning of whole characters that fits. */
function cut(text: string, bytesMax: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > bytesMax) break;
    end += character.length;
  }
  return text.slice(0, end).replace(/\.+$/, '');
}
