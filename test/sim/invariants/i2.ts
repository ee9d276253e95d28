import { isOriginMade } from '../../../src/core/origin.ts';
import type { Checker } from '../checker.ts';

/**
 * I2: we delete a blob only by If-Match on a version whose result row exists, or on a repeat of an origin that has a job.
 */
export const deletesOnlyWhatIsRecorded: Checker = {
  invariant: 'I2',
  effect(effect, _actor, { memory }) {
    if (effect.kind !== 'blob') return undefined;
    const { fileName, etag } = effect.file;
    const results = [...memory.results.values()].filter((job) => job.fileName === fileName);
    if (results.some((job) => job.etag === etag)) return undefined;
    const isDone = [...memory.jobs.values()].some(
      (job) => job.fileName === fileName && job.state === 'completed',
    );
    if (isOriginMade(effect.file) && isDone) return undefined;
    return `${fileName} ${etag} is deleted without a result row`;
  },
};
