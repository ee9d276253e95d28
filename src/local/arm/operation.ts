import { randomUUID } from 'node:crypto';

/** A long-running operation, as its status can be asked for. */
export interface Operation {
  id: string;
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  /** ms since the epoch. */
  startedAt: number;
  endedAt?: number;
  error?: { code: string; message: string };
}

/** Azure forgets its operations after a while, too. */
const operationsMax = 10_000;

/** The latest operations by id. */
export interface Operations {
  begin(): Operation;
  find(id: string): Operation | undefined;
  /** Ends an operation that is in progress; one that has ended stays as it is. */
  end(operation: Operation, status: 'Succeeded'): void;
  end(operation: Operation, status: 'Failed' | 'Canceled', error: Operation['error']): void;
}

export function makeOperations(now: () => number): Operations {
  const operations = new Map<string, Operation>();
  return {
    begin() {
      const operation: Operation = { id: randomUUID(), status: 'InProgress', startedAt: now() };
      operations.set(operation.id, operation);
      const [oldest] = operations.keys();
      if (operations.size > operationsMax && oldest !== undefined) operations.delete(oldest);
      return operation;
    },
    find: (id) => operations.get(id),
    end(operation: Operation, status: Operation['status'], error?: Operation['error']) {
      if (operation.status !== 'InProgress') return;
      Object.assign(operation, { status, endedAt: now(), error });
    },
  };
}
