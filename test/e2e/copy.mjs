/** A guest program for tests: copies its input to its output, in a time that the input may name (`wait 2000`). */
import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const [input, output] = process.argv.slice(2);
const head = statSync(input).size < 1000 ? readFileSync(input, 'utf8') : '';
await sleep(Number(/^wait (\d+)/.exec(head)?.[1] ?? 0));
await pipeline(createReadStream(input), createWriteStream(output));
