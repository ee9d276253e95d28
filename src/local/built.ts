import { fileURLToPath } from 'node:url';

/** A path in `dist`, the same seen from a source file of this folder and from a bundle in `dist/local`. */
export function builtPath(path: string): string {
  return fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
}
