import type { TableClient } from '@azure/data-tables';
import type { ContainerClient } from '@azure/storage-blob';
import type { QueueClient } from '@azure/storage-queue';
import { translated } from './errors.ts';
import type { Storage } from './storage.ts';

/**
 * Creates the containers, queues and tables of the contract, and nothing else. Run again, it changes nothing and creates
 * what was missing. `report` is told, in a line each, what was created and what was there.
 */
export async function setUp(storage: Storage, report: (line: string) => void = () => {}): Promise<void> {
  const { data, results, config, queueprocessing, queuelog, tblvm, tbllog, tblresults, tbljob } = storage;
  const create = async (what: string, creating: () => Promise<boolean>) => {
    const created = await translated(creating);
    report(`${what}: ${created ? 'created' : 'was there'}`);
  };
  await Promise.all([
    ...[data, results, config].map((it) =>
      create(`container ${it.containerName}`, () => createContainer(it)),
    ),
    ...[queueprocessing, queuelog].map((it) => create(`queue ${it.name}`, () => createQueue(it))),
    ...[tblvm, tbllog, tblresults, tbljob].map((it) =>
      create(`table ${it.tableName}`, () => createTable(it)),
    ),
  ]);
}

async function createContainer(container: ContainerClient): Promise<boolean> {
  return (await container.createIfNotExists()).succeeded;
}

async function createQueue(queue: QueueClient): Promise<boolean> {
  return (await queue.createIfNotExists()).succeeded;
}

/** The client says nothing of a table that is there already; the answer of the service does. */
async function createTable(table: TableClient): Promise<boolean> {
  let created = false;
  await table.createTable({
    onResponse: ({ status }) => {
      created = status < 300;
    },
  });
  return created;
}
