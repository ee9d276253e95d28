import type { RpcLevel } from './rpc.ts';

/** From the most to the least talkative; `none` silences a category. */
export const levels = [
  'trace',
  'debug',
  'information',
  'warning',
  'error',
  'critical',
  'none',
] as const satisfies RpcLevel[];
export type Level = (typeof levels)[number];

/** Writes one line, if its category (`Host`, `Function.<name>`, `Function.<name>.User`) lets this level through. */
export type Log = (category: string, level: Level, text: string) => void;

/**
 * A log that prints what `logging.logLevel` of host.json lets through: what is set for a category holds for those below it,
 * `default` for all others.
 */
export function makeLog(thresholds: Readonly<Record<string, Level>>, print: (line: string) => void): Log {
  return (category, level, text) => {
    if (level === 'none' || levels.indexOf(level) < levels.indexOf(thresholdOf(category, thresholds))) return;
    print(`${new Date().toISOString()} ${level.padEnd(11)} ${text.replaceAll(/\s*[\r\n]+\s*/g, ' | ')}`);
  };
}

function thresholdOf(category: string, thresholds: Readonly<Record<string, Level>>): Level {
  const parts = category.toLowerCase().split('.');
  for (let length = parts.length; length > 0; length--) {
    const threshold = thresholds[parts.slice(0, length).join('.')];
    if (threshold) return threshold;
  }
  return thresholds.default ?? 'information';
}

/** An error in one line: what it says, and where it was thrown. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error.stack?.split('\n').find((line) => /^\s+at /.test(line));
  return `${error.name}: ${error.message}${place ? ` (${place.trim()})` : ''}`;
}
