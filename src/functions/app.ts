import { collectorWorld } from '../azure/collector.ts';
import { connect } from '../azure/connect.ts';
import { azureWorld } from '../azure/world.ts';
import { parseSettings } from '../core/settings.ts';

/**
 * The settings and the real world of this app, made once when the worker loads it. A wrong or missing setting stops the
 * load here, with one message that names them all.
 */
export const settings = parseSettings(process.env);
const connection = connect({ ...settings.storage, ...settings.arm, names: settings.names });
export const realWorld = azureWorld(connection, settings.rules, settings.callers);
export const realCollector = collectorWorld(connection);
