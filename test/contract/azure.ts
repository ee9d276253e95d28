import { Readable } from 'node:stream';
import { type Connection, connect } from '../../src/azure/connect.ts';
import { putFile } from '../../src/azure/put.ts';
import { setUp } from '../../src/azure/setup.ts';
import { azureWorld } from '../../src/azure/world.ts';
import { defaultRules } from '../../src/core/rules.ts';
import { openBox, type TestBox } from './box.ts';
import { byAddress } from './by-address.ts';
import type { Opened } from './opened.ts';

/** The real adapters on Azurite and emulated ARM, with what tests of them alone need besides. */
export interface OpenedAzure extends Opened {
  box: TestBox;
  connection: Connection;
  /** Storage operations so far. */
  operations(): number;
}

/** Opens a box, sets it up, and puts the real world on it. */
export async function openAzure(): Promise<OpenedAzure> {
  const box = await openBox();
  let operations = 0;
  const connection = connect({
    ...box,
    onRequest: () => {
      operations += 1;
    },
  });
  await setUp(connection);
  return {
    box,
    connection,
    operations: () => operations,
    world: azureWorld(connection, defaultRules, byAddress),
    machines: box.machines,
    close: box.close,
    ...handsOn(connection),
  };
}

type Hands = Omit<Opened, 'world' | 'machines' | 'close'>;

function handsOn(connection: Connection): Hands {
  const { data, queueprocessing, queues, tblvm, tblresults } = connection;
  return {
    async addVms(names) {
      const rows = names.map((name) => ({ partitionKey: 'vmlist', rowKey: name, vmName: name }));
      for (let first = 0; first < rows.length; first += 100)
        await tblvm.submitTransaction(rows.slice(first, first + 100).map((row) => ['create', row]));
    },
    async editVm(name, { actions, ...columns }) {
      const row = { ...columns, ...(actions && { actions: JSON.stringify(actions) }) };
      await tblvm.updateEntity({ partitionKey: 'vmlist', rowKey: name, ...row }, 'Merge');
    },
    async removeVm(name) {
      await tblvm.deleteEntity('vmlist', name);
    },
    async upload(fileName, metadata = {}) {
      const body = Readable.from([Buffer.from('content')]);
      await putFile({ data }, { fileName, body, metadata, ifAbsent: false });
    },
    async peek() {
      const { peekedMessageItems } = await queueprocessing.peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.map(({ messageText }) => messageText);
    },
    async take() {
      await queueprocessing.receiveMessages({ numberOfMessages: 32, visibilityTimeout: 1 });
    },
    async poisoned(queue) {
      const { name } = queue === 'processing' ? queueprocessing : connection.queuelog;
      const { peekedMessageItems } = await queues
        .getQueueClient(`${name}-poison`)
        .peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.map(({ messageText }) => messageText);
    },
    async result(jobId) {
      const row = await tblresults.getEntity('result', jobId);
      return { vmName: String(row.VmName), resultName: String(row.ResultName) };
    },
  };
}
