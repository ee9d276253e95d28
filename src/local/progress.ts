import { createLogUpdate } from 'log-update';
import type { VmState } from '../core/moves.ts';
import type { Snapshot } from './snapshot.ts';

/** Shows how far the world is, in place on a terminal, as plain lines elsewhere. */
export interface Progress {
  show(snapshot: Snapshot): void;
  /** Leaves the last picture standing. */
  end(): void;
}

const marks: Record<VmState, string> = {
  deallocated: '·',
  starting: '↑',
  running: '●',
  stopping: '↓',
};

/** Progress on a stream; `total` result files are to come. */
export function makeProgress(
  total: number,
  startedAt: number,
  stream: NodeJS.WriteStream = process.stdout,
): Progress {
  const elapsed = () => `${((Date.now() - startedAt) / 1000).toFixed(0)} s`;
  return stream.isTTY && stream.rows > 4
    ? onTerminal(total, elapsed, stream)
    : asLines(total, elapsed, stream);
}

function onTerminal(total: number, elapsed: () => string, stream: NodeJS.WriteStream): Progress {
  const update = createLogUpdate(stream);
  return {
    show(snapshot) {
      const vms = snapshot.vms.map(
        ({ name, state, fileName }) => `  ${marks[state]} ${name}  ${state.padEnd(11)}  ${fileName}`,
      );
      update(
        [...visible(vms, stream.rows - 4), '', `  ${headline(snapshot, total)}, ${elapsed()}`].join('\n'),
      );
    },
    end: () => update.done(),
  };
}

/** One line each time something has changed. */
function asLines(total: number, elapsed: () => string, stream: NodeJS.WriteStream): Progress {
  let last = '';
  return {
    show(snapshot) {
      const on = snapshot.vms.filter(({ state }) => state !== 'deallocated').length;
      const line = `${headline(snapshot, total)}, ${on} VMs on`;
      if (line !== last) stream.write(`${elapsed().padStart(6)}  ${line}\n`);
      last = line;
    },
    end() {},
  };
}

function headline({ results, resting, inData }: Snapshot, total: number): string {
  const failed = resting > 0 ? `, ${resting} failed` : '';
  return `${results.length} of ${total} results${failed}, ${inData} files in data`;
}

/** What fits the screen: the VMs at the end of a large pool are counted. */
function visible(lines: string[], rows: number): string[] {
  if (!(rows > 0) || lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), `  … and ${lines.length - rows + 1} more VMs`];
}
