/**
 * A child's environment without the shell's proxy variables: the Azure SDKs would send their loopback calls to the
 * proxy.
 */
export function withoutProxy(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name)));
}
