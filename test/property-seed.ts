import { configureGlobal, readConfigureGlobal } from 'fast-check';

/**
 * Property tests draw the same inputs in every run, as the simulator's worlds do, so that a red run is red again. Others are looked
 * at with `PROPERTY_SEED=$RANDOM npx vitest run --config test/vitest.config.ts test/property`.
 */
configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env.PROPERTY_SEED ?? 1) });
