import type { Rules } from './rules.ts';
import type { FileFacts } from './world.ts';

/**
 * Why a file cannot go on, for people; undefined if it can. Such a file gets a failed job, cause `refused`, and stays
 * where it is.
 */
export function refusal(file: FileFacts, hop: number, rules: Rules): string | undefined {
  if (hasControlCharacter(file.fileName))
    return 'its name has a control character: rename it and upload it again';
  if (file.fileName.includes('\\'))
    return 'its name has a backslash, which storage clients turn into a slash: rename it and upload it again';
  if (/(^|\/)\.\.?(\/|$)/.test(file.fileName))
    return 'its name has . or .. between slashes, which URLs resolve away: rename it and upload it again';
  if (file.sizeBytes > rules.fileBytesMax)
    return `it has ${file.sizeBytes} bytes, more than FILE_BYTES_MAX (${rules.fileBytesMax}): make it smaller, or raise that setting`;
  if (hop > rules.hopsMax)
    return `it was handed on ${hop} times, more than HOPS_MAX (${rules.hopsMax}): break the circle of the guests' "next" actions, or raise that setting`;
  return undefined;
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}
