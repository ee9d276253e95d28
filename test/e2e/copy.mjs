/**
 * A guest program for tests: copies its input to its output, in a time that the input may name (`wait 2000`), or exits as it says
 * as long as a file is missing (`exit 65 without PATH`).
 */
import { createReadStream, createWriteStream, existsSync, readFileSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const [input, output] = process.argv.slice(2);
const head = statSync(input).size < 1000 ? readFileSync(input, 'utf8') : '';
await sleep(Number(/^wait (\d+)/.exec(head)?.[1] ?? 0));
const [, code, licence = ''] = /^exit (\d+) without (\S+)/.exec(head) ?? [];
if (code !== undefined && !existsSync(licence)) {
  console.error(`${licence} is missing`);
  process.exit(Number(code));
}
await pipeline(createReadStream(input), createWriteStream(output));
