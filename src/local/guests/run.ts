import { basename } from 'node:path';
import { isAppError } from '../../core/errors.ts';

/**
 * The frame of a guest program that is called as `node NAME.mjs INPUT OUTPUT`. Exit code 0: the output is written;
 * 1: this file cannot be worked, one line on stderr says why; 2: called wrongly. A programming error shows its stack.
 */
export async function runGuest(
  name: string,
  work: (input: string, output: string) => Promise<void>,
): Promise<void> {
  const [input, output] = process.argv.slice(2);
  if (!input || !output) {
    process.stderr.write(`usage: ${name} INPUT OUTPUT\n`);
    process.exitCode = 2;
    return;
  }
  try {
    await work(input, output);
  } catch (error) {
    process.stderr.write(`${name}: ${basename(input)}: ${described(error)}\n`);
    process.exitCode = 1;
  }
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isOperating = isAppError(error) || 'syscall' in error;
  return isOperating ? error.message.replace(/\s+/g, ' ') : (error.stack ?? error.message);
}
