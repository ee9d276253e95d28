import { writeFile } from 'node:fs/promises';
import { profileFile } from './profile-file.ts';
import { runGuest } from './run.ts';

/** Guest program of the action `profile`: statistics of the columns of a data set, as JSON. */
await runGuest('profile', async (input, output) => {
  await writeFile(output, `${JSON.stringify(await profileFile(input))}\n`);
});
