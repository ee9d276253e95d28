import * as z from 'zod/mini';

/**
 * What the guest program `profile` writes and `chart` reads: one table of a file and the statistics of its columns.
 * `null` stands where a figure has no meaning: a mean of texts, a spread of one value.
 */

const quantiles = z.object({
  p05: z.number(),
  p25: z.number(),
  p50: z.number(),
  p75: z.number(),
  p95: z.number(),
});

/** Bins that are open at their upper edge; all of the same width, or of one calendar unit where the column holds dates. */
const histogram = z.object({
  /** Lower edge of the first bin and upper edge of the last; ISO 8601 for dates. Equal where there is only one value. */
  from: z.union([z.number(), z.string()]),
  to: z.union([z.number(), z.string()]),
  counts: z.array(z.number()),
});

const column = z.object({
  name: z.string(),
  type: z.enum(['number', 'string', 'boolean', 'date', 'mixed', 'empty']),
  /** Rows that have a value here; `count + missing` are the rows of the table. */
  count: z.number(),
  missing: z.number(),
  /** Different values; where `distinctExact` is false there are at least this many. */
  distinct: z.number(),
  distinctExact: z.boolean(),
  /** Numbers, or ISO 8601 for dates. */
  min: z.nullable(z.union([z.number(), z.string()])),
  max: z.nullable(z.union([z.number(), z.string()])),
  mean: z.nullable(z.number()),
  /** Of a sample: divided by n - 1. */
  stddev: z.nullable(z.number()),
  quantiles: z.nullable(quantiles),
  /** The most frequent values; of equally frequent ones the first in the file. */
  top: z.array(z.object({ value: z.string(), count: z.number() })),
  histogram: z.nullable(histogram),
  /** Values that quantiles and histogram come from; fewer than `count` in long columns, then drawn at random. */
  sampled: z.number(),
});

/** The shape of a profile, for those who read one from a file. */
export const tableProfile = z.object({
  /** Base name of the file. */
  source: z.string(),
  rows: z.number(),
  bytes: z.number(),
  columns: z.array(column),
});

export type TableProfile = z.infer<typeof tableProfile>;
export type ColumnProfile = z.infer<typeof column>;
export type Histogram = z.infer<typeof histogram>;
export type Quantiles = z.infer<typeof quantiles>;
