import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processes whose command line names a folder, where the system tells (Linux): Azurite, the Functions host, agents and
 * guest programs are all given paths in their world's own.
 */
export function processesOf(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    const command = commandOf(name);
    return command.includes(folder) ? [`${name} ${command}`] : [];
  });
}

/** '' for one that has ended meanwhile, or is a zombie. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
