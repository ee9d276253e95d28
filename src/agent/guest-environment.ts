/** What the agent itself is trusted with: its settings, and what gets tokens for the VM's identity. */
const agentsOwn = /^(ROUSE_|IDENTITY_|MSI_|AZURE_)/i;

/** Whether an entry of a guest's `environment` is `NAME` or `NAME=value` with a name that a guest may have. */
export function isVariable(entry: string): boolean {
  const [name = ''] = entry.split('=', 1);
  return /^[A-Za-z_][A-Za-z0-9_()]*$/.test(name) && !agentsOwn.test(name) && !entry.includes('\0');
}

/** The whole environment of a guest: the named variables of the agent's own where they are set, and the fixed pairs. */
export function guestEnvironment(
  entries: readonly string[],
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const equals = entry.indexOf('=');
      if (equals > 0) return [[entry.slice(0, equals), entry.slice(equals + 1)]];
      // An environment inherits names as every object does, such as `constructor`.
      const value = Object.hasOwn(environment, entry) ? environment[entry] : undefined;
      return value === undefined ? [] : [[entry, value]];
    }),
  );
}
