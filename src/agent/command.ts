/**
 * Splits a command line into its items without a shell: at white space outside of quotes, single or double. Nothing
 * else has a meaning, above all not the backslash, so that Windows paths read as they are. Throws on an open quote.
 */
export function splitCommand(line: string): string[] {
  const items: string[] = [];
  let item: string | undefined;
  let quote = '';
  for (const character of line) {
    if (quote === character) {
      quote = '';
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      item ??= '';
    } else if (quote === '' && /\s/.test(character)) {
      if (item !== undefined) items.push(item);
      item = undefined;
    } else {
      item = (item ?? '') + character;
    }
  }
  if (quote !== '') throw new Error(`a quote (${quote}) is not closed`);
  if (item !== undefined) items.push(item);
  return items;
}

/** What a command line may name in braces. */
export interface Blanks {
  input: string;
  output: string;
  action: string;
}

/** Replaces `{input}`, `{output}` and `{action}` inside the items of a command. What comes in is not looked at again. */
export function fillCommand(command: readonly string[], blanks: Blanks): string[] {
  return command.map((item) =>
    item.replace(/\{(input|output|action)\}/g, (blank) => blanks[blank.slice(1, -1) as keyof Blanks]),
  );
}
