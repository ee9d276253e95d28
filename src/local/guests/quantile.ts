import type { Quantiles } from './table-profile.ts';

/** The quantiles of a profile, from ascending values. */
export function quantilesOf(ascending: Float64Array): Quantiles {
  return {
    p05: quantile(ascending, 0.05),
    p25: quantile(ascending, 0.25),
    p50: quantile(ascending, 0.5),
    p75: quantile(ascending, 0.75),
    p95: quantile(ascending, 0.95),
  };
}

/**
 * The value below which a share (0 to 1) of ascending values lies, interpolated between neighbours: definition 7 of
 * Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), as in R and NumPy.
 */
function quantile(ascending: Float64Array, share: number): number {
  const place = (ascending.length - 1) * share;
  const low = ascending[Math.floor(place)] ?? Number.NaN;
  const high = ascending[Math.ceil(place)] ?? Number.NaN;
  const weight = place - Math.floor(place);
  return low === high ? low : low * (1 - weight) + high * weight;
}
