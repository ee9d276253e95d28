/**
 * A child's environment without the shell's proxy variables: the Azure SDKs would send their loopback calls to the
 * proxy.
 */
export function withoutProxy(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name)));
}

/**
 * Has this process speak as an identity of the box. The identity library reads the environment when it first asks for a token,
 * and keeps to that endpoint for the life of the process: one world a process.
 */
export function actAs(identity: Record<string, string>): void {
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];
  Object.assign(process.env, identity);
}
