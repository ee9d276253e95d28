/** One rule of the protocol, switched off by an edit of the text of the use cases, and what must break by it. */
export interface Mutant {
  rule: string;
  /** The invariant that must break. */
  breaks: `I${number}`;
  /** A seed in whose world, or one of the 40 after it, it was seen to break. */
  seed: number;
  edits: { file: string; find: string; replace: string }[];
}

/** An edit of one place of one file of `src/core`. */
export function edit(file: string, find: string, replace: string): Mutant['edits'][number] {
  return { file: `src/core/${file}`, find, replace };
}
