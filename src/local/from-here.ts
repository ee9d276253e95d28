import { resolve } from 'node:path';

/** A path as the user meant it: npm runs its scripts in the project's folder and says where it was called from. */
export function fromHere(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}
