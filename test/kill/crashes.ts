import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an agent logs begins with a time; a crash is told by Node in lines that do not. */
const agentLine = /^\d{4}-\d\d-\d\dT\S+Z /;
/** Errors that no fault of the network may cause. */
const programmingError = /\b(AssertionError|TypeError|ReferenceError|RangeError|SyntaxError)\b/;
const linesMax = 8;

/** What agents printed that is none of their log, and programming errors of the function app: one line for each process that has any. */
export function crashesIn(logFolder: string): string[] {
  return readdirSync(logFolder).flatMap((name) => {
    const lines = readFileSync(join(logFolder, name), 'utf8').split('\n');
    const bad = lines.filter((line) => isBad(name, line)).slice(0, linesMax);
    return bad.length > 0 ? [`${name}: ${bad.join(' | ')}`] : [];
  });
}

function isBad(name: string, line: string): boolean {
  if (name === 'host.log') return programmingError.test(line);
  return /^vm\d+\.log$/.test(name) && line.trim() !== '' && !agentLine.test(line);
}
