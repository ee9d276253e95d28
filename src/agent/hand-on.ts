import { tagsOf } from '../core/metadata.ts';
import { handedOnName } from '../core/origin.ts';
import { defaultRules } from '../core/rules.ts';
import type { Claim, Metadata } from './world.ts';

/** A new file made of a guest's output, for another action to go on with. */
export interface Onward {
  /** Stands for its origin, whatever the attempt, so that a repeated run does not make a second file. */
  name: string;
  metadata: Metadata;
}

/** The file that goes on from this one, to the action `next`. Undefined if it was handed on `hopsMax` times already. */
export function handOnFrom(
  claim: Pick<Claim, 'jobId'>,
  metadata: Metadata,
  step: { next: string; extension: string },
  hopsMax: number,
): Onward | undefined {
  const hop = 1 + tagsOf({ metadata }, defaultRules).hop;
  if (hop > hopsMax) return undefined;
  const inherited: Metadata = metadata.priority === undefined ? {} : { priority: metadata.priority };
  return {
    name: handedOnName(claim.jobId, step.next, step.extension),
    metadata: { ...inherited, action: step.next, hop: String(hop), root: metadata.root || claim.jobId },
  };
}
