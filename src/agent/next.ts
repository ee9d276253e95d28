import { isRetryable, transferTriesMax } from './deliver.ts';
import { type Held, saveHeld } from './held.ts';
import type { Plan } from './plan.ts';
import { repeat } from './repeat.ts';
import type { AgentWorld, Claim } from './world.ts';

/**
 * Claims this VM's file for a site's own script, downloads it below `folder` and notes it there. Asked again before it
 * is done, it hands out the same file. Undefined if there is none. A file that has changed or gone meanwhile is
 * reported and passed over.
 */
export async function handOut(
  folder: string,
  plan: Pick<Plan, 'askMs'>,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<Held | undefined> {
  const options = { triesMax: transferTriesMax, pauseMsMax: plan.askMs, mayPass: isRetryable };
  let { next: claim } = await repeat(() => world.next(), { ...options, what: 'asking' }, signal, world);
  while (claim) {
    const { fileName, etag }: Claim = claim;
    await world.clearFolders();
    const { input } = await world.openFolder(claim, '');
    const download = await repeat(
      () => world.download(fileName, etag, input, signal),
      { ...options, what: 'download' },
      signal,
      world,
    );
    if (download.outcome === 'ok') {
      const held = { claim, path: input, metadata: download.metadata, beganAt: Date.now() };
      await saveHeld(folder, held);
      return held;
    }
    const report = {
      fileName,
      jobId: claim.jobId,
      attempt: claim.attempt,
      status: 'failed' as const,
      resultName: '',
      error: download.outcome === 'changed' ? 'superseded' : 'gone',
      durationMs: 0,
    };
    const answer = await repeat(() => world.finish(report), { ...options, what: 'report' }, signal, world);
    claim = answer.next;
  }
  return undefined;
}
