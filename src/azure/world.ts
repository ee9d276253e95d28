import type { CallerSettings } from '../core/caller-settings.ts';
import { makeCallers } from '../core/callers.ts';
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
import { tokenVerifier } from './tokens.ts';

/** The real world: Azure behind this connection, this process's clock and its randomness. */
export function azureWorld(connection: Connection, rules: Rules, who: CallerSettings): World {
  const { check, trustedProxies, tokens } = who;
  const log = azureLog(connection);
  const now = Date.now;
  const pool = azurePool(connection);
  const machines = patient(azureMachines(connection, lateMsMax(rules)), now);
  return {
    rules,
    container: connection.data.containerName,
    now,
    random: Math.random,
    pool,
    jobs: azureJobs(connection),
    messages: azureMessages(connection),
    files: azureFiles(connection),
    machines,
    callers: makeCallers(
      { check, trustedProxies, verify: tokenVerifier(tokens) },
      { pool, machines, log, now },
      () => performance.now(),
    ),
    log,
  };
}
