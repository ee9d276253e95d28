import type { BuildOptions, Plugin } from 'esbuild';

export const root: string;
export const common: BuildOptions;
export function bundleApp(folder: string, plugins?: Plugin[]): Promise<void>;
