import { readFileSync } from 'node:fs';

/** The resident set of a process at a moment, by how many requests were answered then. */
export interface Sample {
  done: number;
  bytes: number;
}

/** Growth that is none: a collector of garbage takes its time. */
const growthMax = 1.15;
const noiseBytes = 20 * 1024 ** 2;

/** Resident memory of a process and its children, where the system tells (Linux); else undefined. */
export function residentBytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1];
  if (kilobytes === undefined) return undefined;
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.reduce((sum, child) => sum + (residentBytes(child) ?? 0), Number(kilobytes) * 1024);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export interface Growth {
  /** Medians over the second fifth of the requests and over the last, in bytes. */
  before: number;
  after: number;
  isMore: boolean;
}

/** How much memory has grown over so many requests; undefined if too little was seen of it. */
export function growthIn(samples: readonly Sample[], requests: number): Growth | undefined {
  const fifth = (index: number) =>
    samples
      .filter(({ done }) => done >= (requests * index) / 5 && done <= (requests * (index + 1)) / 5)
      .map(({ bytes }) => bytes)
      .sort((a, b) => a - b);
  const [before, after] = [fifth(1), fifth(4)].map((sizes) => sizes[Math.floor(sizes.length / 2)]);
  if (before === undefined || after === undefined) return undefined;
  return { before, after, isMore: after > before * growthMax + noiseBytes };
}
