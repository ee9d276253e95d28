import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Mutant } from './mutant.ts';

/** What is switched off, and by which edits. */
type Edited = Pick<Mutant, 'rule' | 'edits'>;

/** Where the sources are: both the command and the tests run in the root of the repository. */
const root = process.cwd();

/** Bundles the simulator with one rule of the protocol switched off in the text of the use cases. */
export async function bundleMutant(mutant: Mutant, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'test/sim/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    plugins: [mutating(mutant)],
  });
}

/** A text that is not found exactly once has changed, and the rule must be looked at again: nothing rots unseen. */
export function mutateText(text: string, file: string, { rule, edits }: Edited): string {
  let mutated = text;
  for (const { find, replace } of edits.filter((edit) => edit.file === file)) {
    const times = mutated.split(find).length - 1;
    if (times !== 1) throw new Error(`mutant "${rule}": its text stands ${times} times in ${file}: ${find}`);
    mutated = mutated.replace(find, () => replace);
  }
  return mutated;
}

/** Has esbuild read the sources with the edits in them. */
export function mutating(mutant: Edited): Plugin {
  return {
    name: 'mutant',
    setup(inBuild) {
      inBuild.onLoad({ filter: /src[\\/].*\.ts$/ }, async ({ path }) => {
        const file = relative(root, path).split(sep).join('/');
        if (!mutant.edits.some((edit) => edit.file === file)) return undefined;
        return { contents: mutateText(await readFile(path, 'utf8'), file, mutant), loader: 'ts' };
      });
    },
  };
}
