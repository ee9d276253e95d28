import type { InvocationContext } from '@azure/functions';

/** Names that are told, and characters of each. */
const namesMax = 10;
const lengthMax = 40;

/** Traces the names of parameters that are not known, never their values: the next version of a caller may send more. */
export function traceUnknown(context: InvocationContext): (names: readonly string[]) => void {
  return (names) => {
    const told = names.slice(0, namesMax).map((name) => JSON.stringify(name.slice(0, lengthMax)));
    const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : '';
    context.log(`ignored parameters that are not known: ${told.join(', ')}${more}`);
  };
}
