import { patient } from '../core/patience.ts';
import { lateMsMax, type Rules } from '../core/rules.ts';
import type { World } from '../core/world.ts';
import type { Connection } from './connect.ts';
import { azureFiles } from './files.ts';
import { azureJobs } from './jobs.ts';
import { azureLog } from './log.ts';
import { azureMachines } from './machines.ts';
import { azureMessages } from './messages.ts';
import { azurePool } from './pool.ts';

/** The real world: Azure behind this connection, this process's clock and its randomness. */
export function azureWorld(connection: Connection, rules: Rules): World {
  return {
    rules,
    container: connection.data.containerName,
    now: Date.now,
    random: Math.random,
    pool: azurePool(connection),
    jobs: azureJobs(connection),
    messages: azureMessages(connection),
    files: azureFiles(connection),
    machines: patient(azureMachines(connection, lateMsMax(rules)), Date.now),
    log: azureLog(connection),
  };
}
