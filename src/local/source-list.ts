import type { Source } from '../core/sources.ts';
import type { Dataset } from './datasets.ts';

/** The setting SOURCES for files that a source server holds: one source a file, named after it. */
export function sourcesOf(
  files: readonly Dataset[],
  url: (name: string) => string,
  action: string,
): Pick<Source, 'name' | 'url' | 'action'>[] {
  const taken = new Set<string>();
  return files.map((file) => ({ name: sourceName(file.name, taken), url: url(file.name), action }));
}

/** A name that a source may have, unlike all before it: sources have no dots or slashes in theirs, files have. */
function sourceName(fileName: string, taken: Set<string>): string {
  const stem = fileName.replace(/\.[^./]*$/, '').replace(/[^A-Za-z0-9_-]+/g, '-');
  const base = `${/^[A-Za-z0-9]/.test(stem) ? '' : 'f'}${stem}`.slice(0, 55);
  let name = base;
  for (let again = 2; taken.has(name.toLowerCase()); again++) name = `${base}-${again}`;
  taken.add(name.toLowerCase());
  return name;
}
