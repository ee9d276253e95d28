/** One thing that stops attacks, how it is switched off in the text of the sources, and the case that must then fail. */
export interface Defence {
  /** By which `SECURITY.md` names it. */
  id: string;
  /** What it does, one line. */
  what: string;
  edits: { file: string; find: string; replace: string }[];
  /** The name of a case. */
  fails: string;
}

/** An edit of one place of a source file; the text must stand there exactly once. */
export function edit(file: string, find: string, replace: string): Defence['edits'][number] {
  return { file: `src/${file}`, find, replace };
}
