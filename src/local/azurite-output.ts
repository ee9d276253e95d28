import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

export interface AzuritePorts {
  blob: number;
  queue: number;
  table: number;
}

/** What Azurite's output tells of it. */
export interface AzuriteOutput {
  /** Resolves when all three services listen; never if they do not. */
  listening: Promise<AzuritePorts>;
  /** Resolves when all three have written their data to disk; never if they do not. */
  flushed: Promise<unknown>;
  /** Requests in its access log so far. */
  requests(): number;
  /** Adds a line of our own to the latest. */
  note(line: string): void;
  /** Its latest lines, without the access log. */
  latest(): string[];
}

const listeningLine = /^Azurite (Blob|Queue|Table) service is successfully listening at \S+:(\d+)$/;
const flushedLine = /^Azurite (Blob|Queue|Table) service successfully closed$/;
/** A line of the access log holds the request as the Common Log Format has it. */
const requestLine = / "[A-Z]+ \S+ HTTP\/[\d.]+" /;
const latestLinesMax = 40;

/** Reads Azurite's output line by line as it comes, and keeps no more of it than the latest lines. */
export function readAzuriteOutput({ stdout, stderr }: ChildProcess): AzuriteOutput {
  assert(stdout && stderr, 'its output must be piped');
  const printed = createInterface({ input: stdout });
  const latest: string[] = [];
  let requests = 0;
  const note = (line: string) => {
    latest.push(line);
    if (latest.length > latestLinesMax) latest.shift();
  };
  printed.on('line', (line) => {
    if (requestLine.test(line)) requests++;
    else note(line);
  });
  createInterface({ input: stderr }).on('line', note);
  return {
    listening: forEachService(printed, listeningLine).then((ports) => ({
      blob: Number(ports.get('Blob')),
      queue: Number(ports.get('Queue')),
      table: Number(ports.get('Table')),
    })),
    flushed: forEachService(printed, flushedLine),
    requests: () => requests,
    note,
    latest: () => [...latest],
  };
}

/** Resolves when such a line has come from all three services, with what the second group caught of each. */
function forEachService(lines: Interface, pattern: RegExp): Promise<Map<string, string | undefined>> {
  const caught = new Map<string, string | undefined>();
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const [, service, value] = pattern.exec(line) ?? [];
      if (service) caught.set(service, value);
      if (caught.size === 3) resolve(caught);
    });
  });
}
