import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * `npm run bench [-- PART] [options of the part]`: all parts one after the other, or one. Each is a process of its own, as each has a
 * world of its own.
 */
const parts = ['tick', 'caller-check'];
const [first = '', ...rest] = process.argv.slice(2);
const isPart = parts.includes(first);
const options = isPart ? rest : process.argv.slice(2);

for (const part of isPart ? [first] : parts) {
  const file = fileURLToPath(new URL(`${part}.mjs`, import.meta.url));
  const { status } = spawnSync(process.execPath, [file, ...(part === 'tick' ? options : [])], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
