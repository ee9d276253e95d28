import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Mutant } from '../sim/mutant.ts';
import { mutating } from '../sim/mutate.ts';

/** The tests run in the root of the repository. */
const root = process.cwd();

/** Bundles the stage, with a defence switched off in the text of the sources if one is given. */
export async function bundleStage(outfile: string, mutant?: Pick<Mutant, 'rule' | 'edits'>): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'test/attack/stage.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // As in `src/build.mjs`.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    external: ['@azure/functions-core'],
    logLevel: 'error',
    plugins: [onStage, ...(mutant ? [mutating(mutant)] : [])],
  });
}

/** The doors find the stage in place of Azure. */
const onStage: Plugin = {
  name: 'on-stage',
  setup(inBuild) {
    inBuild.onResolve({ filter: /^\.\/app\.ts$/ }, ({ importer }) =>
      /src[\\/]functions[\\/]/.test(importer) ? { path: join(root, 'test/attack/stage-app.ts') } : undefined,
    );
  },
};
