import type { Between, Link } from '../../src/local/between.ts';
import type { Faults } from './faults.ts';
import { type Line, startLine } from './line.ts';

/** The network between the function app, the agents, the storage and ARM: a line for each link. */
export interface Network {
  between: Between;
  /** Cuts the storage off, once all calls to it have been answered. */
  part(): Promise<void>;
  join(): void;
  close(): Promise<void>;
}

const storage: readonly Link[] = ['blob', 'queue', 'table'];

export function makeNetwork(faults: Faults): Network {
  const lines = new Map<Link, Line>();
  const toStorage = () => storage.flatMap((link) => lines.get(link) ?? []);
  return {
    async between(link, url, certificate) {
      const line = await startLine({ link, url, certificate, fateOf: faults.fateOf });
      lines.set(link, line);
      return line.url;
    },
    async part() {
      await Promise.all(toStorage().map((line) => line.part()));
    },
    join() {
      for (const line of toStorage()) line.join();
    },
    async close() {
      await Promise.all([...lines.values()].map((line) => line.close()));
    },
  };
}
