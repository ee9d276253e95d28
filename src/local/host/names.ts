/**
 * Replaces `%NAME%` by the setting of that name, as the host does in the properties of bindings. Throws if there is none.
 */
export function resolveNames(text: string, env: NodeJS.ProcessEnv): string {
  return text.replace(/%([^%\s]+)%/g, (_whole, name: string) => {
    const value = env[name];
    if (value === undefined) throw new Error(`the setting ${name} is missing`);
    return value;
  });
}
