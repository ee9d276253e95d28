import { setTimeout as sleep } from 'node:timers/promises';
import type { Box } from '../../src/local/box.ts';
import { type Evidence, messageAgeMsMax, type Problem, problemsIn } from './check.ts';
import { readEvidence } from './evidence.ts';
import type { Version } from './uploads.ts';

const lookMs = 500;
/** The evidence is read whole this often at most. */
const judgeMs = 3000;

/**
 * Waits until nothing is wrong any more, and tells what still is if that takes too long. `isPatient`: also until the watchdog has
 * removed the last message, which it does some minutes later.
 */
export async function comeToRest(
  box: Box,
  versions: readonly Version[],
  { drainMsMax, isPatient }: { drainMsMax: number; isPatient: boolean },
): Promise<{ evidence: Evidence; problems: Problem[] }> {
  const deadline = performance.now() + drainMsMax + (isPatient ? messageAgeMsMax : 0);
  for (;;) {
    while (performance.now() < deadline && !(await looksDone(box))) await sleep(lookMs);
    const evidence = await readEvidence(box, versions);
    const problems = problemsIn(evidence, isPatient ? 0 : messageAgeMsMax);
    if (problems.length === 0 || performance.now() > deadline) return { evidence, problems };
    await sleep(judgeMs);
  }
}

/** A cheap look: no file in `data`, every VM off. */
async function looksDone(box: Box): Promise<boolean> {
  const { inData, vms } = await box.observe();
  return inData === 0 && vms.every(({ name }) => box.arm.power(name) === 'deallocated');
}
