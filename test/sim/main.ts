import { isMainThread } from 'node:worker_threads';
import { command } from './command.ts';
import { serve } from './serve.ts';

/** `npm run sim`: the command, and in its workers the worlds. */
if (isMainThread) process.exitCode = await command(new URL(import.meta.url));
else serve();
