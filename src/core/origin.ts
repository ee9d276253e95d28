import { createHash } from 'node:crypto';
import { isJobId } from './job.ts';
import { isAction } from './metadata.ts';
import type { FileFacts } from './world.ts';

/**
 * Names that stand for one origin: an item of a source at one version, or the output of one job for one action. Whoever
 * uploads under such a name does so only if it is absent; a newer version of it is the same thing sent again.
 */

/** `{source}.{version}{extension}`, the version being a hash of the validator. */
export function collectedName(sourceName: string, validator: string, extension: string): string {
  const version = createHash('sha256').update(validator, 'utf8').digest('hex').slice(0, 12);
  return `${sourceName}.${version}${extension}`;
}

/** `{parent's job id}.{action}{extension}` */
export function handedOnName(jobId: string, action: string, extension: string): string {
  return `${jobId}.${action}${extension}`;
}

/** Whether a file has the name and the tags of such an origin; tags alone may be a person's. */
export function isOriginMade({ fileName, metadata }: FileFacts): boolean {
  const [first = '', second = ''] = fileName.split('.');
  if (metadata.source === first && /^[0-9a-f]{12}$/.test(second)) return true;
  return metadata.root !== undefined && isJobId(first) && isAction(second);
}
