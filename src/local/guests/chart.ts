import { readFile, writeFile } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';
import { drawOverview } from './overview.ts';
import { runGuest } from './run.ts';
import { type TableProfile, tableProfile } from './table-profile.ts';

/** Guest program of the action `chart`: draws what `profile` wrote as one SVG. */
await runGuest('chart', async (input, output) => {
  await writeFile(output, drawOverview(readProfile(await readFile(input, 'utf8'))));
});

function readProfile(text: string): TableProfile {
  const { data, error } = tableProfile.safeParse(parse(text));
  if (data) return data;
  const place = error.issues[0]?.path.join('.') || 'the whole';
  throw new AppError('bad_input', `not a profile: ${place} is not as expected`, { cause: error });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('bad_input', `not a profile: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
