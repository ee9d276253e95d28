import type { Box } from '../../src/local/box.ts';
import { pause } from '../../src/local/pause.ts';
import type { Problem } from './check.ts';

const reportMs = 5000;

/** Tells every few seconds how far the files are, until the signal fires; nothing while the storage does not answer. */
export async function reportProgress(
  box: Box,
  report: (line: string) => void,
  ended: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  while (!ended.aborted) {
    await pause(reportMs, ended);
    const snapshot = await box.observe().catch(() => undefined);
    if (!snapshot || ended.aborted) continue;
    const { results, inData, vms, resting } = snapshot;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const on = vms.filter(({ name }) => box.arm.power(name) !== 'deallocated').length;
    report(
      `${String(seconds).padStart(5)} s  ${results.length} results, ${inData} files in data, ${resting} resting, ${on} VMs on`,
    );
  }
}

/**
 * Notes each time that the Functions host ends otherwise than by a kill, until the signal fires: no error may end it. It is
 * started again then, as a platform does.
 */
export async function noteDeaths(box: Box, problems: Problem[], ended: AbortSignal): Promise<void> {
  const over = new Promise<void>((resolve) => ended.addEventListener('abort', () => resolve()));
  while (!ended.aborted) {
    const { child } = box.host;
    const how = await Promise.race([child.exited, over]);
    if (ended.aborted || how === undefined) return;
    if (how === 'SIGKILL') {
      while (box.host.child === child && !ended.aborted) await pause(100, ended);
      continue;
    }
    problems.push({ text: `the Functions host ended by itself (${how})` });
    await box.host.restart();
  }
}
