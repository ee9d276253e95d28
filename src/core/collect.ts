import type { Readable } from 'node:stream';
import { isAppError } from './errors.ts';
import type { LogLine } from './log.ts';
import { collectedName } from './origin.ts';
import type { Source } from './sources.ts';

/** What the collector asks of the world: a small record of its own. */
export interface CollectorWorld {
  now(): number;
  log(line: LogLine): Promise<void>;
  /** The validators of the items that were collected last, by source name. */
  remembered(): Promise<Map<string, string>>;
  remember(sourceName: string, validator: string): Promise<void>;
  /**
   * Asks a source for its item, unless it is still the one that the validator stands for. Retries by itself what may
   * succeed later. The body must be read to its end or destroyed.
   */
  fetchItem(source: Source, validator: string | undefined): Promise<FetchedItem>;
  /** Uploads to `data` if no blob has this name, metadata included; a body that breaks off leaves no blob. */
  put(file: {
    fileName: string;
    body: Readable;
    metadata: Record<string, string>;
  }): Promise<'created' | 'exists'>;
}

export type FetchedItem =
  | { status: 'unchanged' }
  /** `validator` stands for this version of the item: the source's own, or a hash of the content where it gives none. */
  | { status: 'new'; validator: string; body: Readable };

/** What one round of collecting did. */
export interface Collected {
  created: number;
  unchanged: number;
  failed: number;
}

/**
 * No source is begun later than this in a round, so that a round with slow sources ends well before the host's
 * `functionTimeout` of 10 minutes, which would take every other function down with it.
 */
const roundMsMax = 3 * 60_000;

/** Sources that are asked at the same time. */
const concurrencyMax = 4;

/**
 * Collects from every source. An item's blob is named after the source and the item's version, and uploaded only if
 * absent: what was uploaded before a crash and not yet remembered is not collected twice. One broken source is logged and
 * does not stop the others.
 */
export async function collect(sources: readonly Source[], world: CollectorWorld): Promise<Collected> {
  const collected: Collected = { created: 0, unchanged: 0, failed: 0 };
  const beganAt = world.now();
  // Each round begins with another source: slow ones do not keep the same others waiting for ever.
  const first = Math.floor(beganAt / 60_000) % Math.max(1, sources.length);
  const waiting = [...sources.slice(first), ...sources.slice(0, first)];
  const validators = await world.remembered();
  const errors: unknown[] = [];
  const work = async () => {
    for (let source = waiting.shift(); source; source = waiting.shift()) {
      if (world.now() - beganAt > roundMsMax) return;
      try {
        collected[await collectOne(source, validators.get(source.name), world)] += 1;
      } catch (error) {
        // The others are collected first; then the host is told.
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrencyMax }, work));
  if (errors.length > 0) throw errors[0];
  return collected;
}

async function collectOne(
  source: Source,
  validator: string | undefined,
  world: CollectorWorld,
): Promise<keyof Collected> {
  try {
    const item = await world.fetchItem(source, validator);
    if (item.status === 'unchanged') return 'unchanged';
    const fileName = fileNameOf(source, item.validator);
    const put = await world.put({ fileName, body: item.body, metadata: tagsFor(source, world.now()) });
    await world.remember(source.name, item.validator);
    if (put === 'exists') return 'unchanged';
    await log('info', 'collected', `${fileName} was collected from source ${source.name}`, fileName);
    return 'created';
  } catch (error) {
    if (!isAppError(error)) throw error;
    const advice = error.retryable ? 'it is asked again at the next run' : 'check its entry in SOURCES';
    await log('error', 'source-failed', `source ${source.name} gave nothing (${error.message}); ${advice}`);
    return 'failed';
  }

  function log(level: LogLine['level'], event: string, message: string, fileName?: string): Promise<void> {
    const line = { writer: 'Collector', level, event, message, at: world.now() } as const;
    return world.log(fileName ? { ...line, fileName } : line);
  }
}

/** `{source}.{version}{extension}`, the extension being that of the URL's path where it has an ordinary one. */
function fileNameOf(source: Source, validator: string): string {
  const extension = /\.[A-Za-z0-9]{1,16}$/.exec(new URL(source.url).pathname)?.[0] ?? '';
  return collectedName(source.name, validator, extension);
}

function tagsFor(source: Source, now: number): Record<string, string> {
  return {
    ...(source.action && { action: source.action }),
    priority: String(source.priority),
    source: source.name,
    collectedat: new Date(now).toISOString(),
  };
}
