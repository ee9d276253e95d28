import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { common, root } from '../../src/bundle.mjs';
import type { Mutant } from '../sim/mutant.ts';
import { mutating } from '../sim/mutate.ts';

/** Bundles the stage, with a defence switched off in the text of the sources if one is given. */
export async function bundleStage(outfile: string, mutant?: Pick<Mutant, 'rule' | 'edits'>): Promise<void> {
  await build({
    ...common,
    entryPoints: [join(root, 'test/attack/stage.ts')],
    outfile,
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
