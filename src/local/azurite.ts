import type { AzuritePorts } from './azurite-output.ts';
import { type AzuriteOptions, type Exit, launchAzurite, stopAzurite } from './azurite-process.ts';

export interface Azurite {
  /** https, with the account in the path; so are the others. */
  blobUrl: string;
  queueUrl: string;
  tableUrl: string;
  ports: AzuritePorts;
  /** Of the process that runs, or ran last; so is `exited`. */
  readonly pid: number;
  /** Requests answered so far, before a restart too. */
  requests(): number;
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** Has it write its data to the folder and end; resolves when it is gone. Gone already is fine. */
  stop(): Promise<void>;
  /** Starts it again, once it has ended, on its folder and ports. Throws as the first start does. */
  restart(): Promise<void>;
}

const account = 'devstoreaccount1';

/**
 * Starts Azurite as a child process. It ends with its parent, however that ends, but not by a Ctrl-C in the terminal:
 * whoever started it decides when the last client is done.
 *
 * Throws what Azurite printed if it does not come up (a port is taken, the folder cannot be written).
 */
export async function startAzurite(options: AzuriteOptions): Promise<Azurite> {
  let running = await launchAzurite(options);
  let earlierRequests = 0;
  const { ports } = running;
  return {
    blobUrl: `https://127.0.0.1:${ports.blob}/${account}`,
    queueUrl: `https://127.0.0.1:${ports.queue}/${account}`,
    tableUrl: `https://127.0.0.1:${ports.table}/${account}`,
    ports,
    get pid() {
      return running.pid;
    },
    get exited() {
      return running.exited;
    },
    requests: () => earlierRequests + running.output.requests(),
    stop: () => stopAzurite(running),
    async restart() {
      const next = await launchAzurite({ ...options, ports });
      earlierRequests += running.output.requests();
      running = next;
    },
  };
}
