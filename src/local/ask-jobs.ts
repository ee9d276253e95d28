import { mustRun } from './running.ts';

/**
 * Asks the operators' function of the world that runs in a folder: `jobs/{...path}` with these parameters. Throws what it answers
 * instead, and where no world runs.
 */
export async function askJobs<T>(
  folder: string,
  path: readonly string[],
  parameters: Record<string, string | number | undefined>,
  method: 'GET' | 'POST',
): Promise<T> {
  const { endpoint, operatorKey } = await mustRun(folder);
  const url = new URL(`${endpoint}/${['jobs', ...path].map(encodeURIComponent).join('/')}`);
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const reply = await fetch(url, { method, headers: { 'x-functions-key': operatorKey } });
  const text = await reply.text();
  if (reply.ok) return JSON.parse(text);
  throw new Error(describe(reply, text));
}

function describe({ status, statusText }: Response, text: string): string {
  try {
    const { code, detail } = JSON.parse(text);
    return `${detail} (${status} ${code})`;
  } catch {
    // Not the function's own answer, such as the host's 401.
    return `the functions answered ${status} ${statusText}`;
  }
}
