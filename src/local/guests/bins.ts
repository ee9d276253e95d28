/** Divides a line of numbers into bins with whole-numbered names; bin i holds `edge(i) <= value < edge(i + 1)`. */
export interface Scale {
  binOf(value: number): number;
  edge(bin: number): number;
}

/** Bins that values fall into: the outer edges, and how many values each bin holds. */
export interface Bins {
  from: number;
  to: number;
  counts: number[];
}

const numberBinsMax = 20;

/** Whole numbers, each in the middle of its bin. */
const wholeNumbers: Scale = { binOf: (value) => value, edge: (bin) => bin - 0.5 };
/** From here on the doubles have no halves. */
const wholeMax = 2 ** 52;

/**
 * Counts ascending values by bins of a round width: 1, 2 or 5 times a power of ten. Whole numbers are not divided
 * further than into one bin each. Undefined where no such bins can be had: see {@link roundScale}.
 */
export function binNumbers(ascending: Float64Array): Bins | undefined {
  const [min, max] = ends(ascending);
  const width = (max - min) / numberBinsMax;
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const areWhole = width <= 1 && largest < wholeMax && ascending.every(Number.isInteger);
  return count(ascending, areWhole ? wholeNumbers : roundScale(width, largest));
}

/** Counts ascending values by a scale; a single value is a bin without width. Undefined without a scale. */
export function count(ascending: Float64Array, scale: Scale | undefined): Bins | undefined {
  const [min, max] = ends(ascending);
  if (min === max) return { from: min, to: max, counts: [ascending.length] };
  if (!scale) return undefined;
  const first = scale.binOf(min);
  const counts = new Array<number>(scale.binOf(max) - first + 1).fill(0);
  for (const value of ascending) {
    const bin = scale.binOf(value) - first;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { from: scale.edge(first), to: scale.edge(first + counts.length), counts };
}

/**
 * Bins of the next round width for values up to this size. Widths below one are kept as "bins per unit", a whole
 * number: edges are then the doubles nearest to the decimal numbers that people read. Undefined where doubles cannot
 * tell the edges apart, and near the ends of their range.
 */
export function roundScale(widthMin: number, largest: number): Scale | undefined {
  if (widthMin < largest * 1e-14 || widthMin < 1e-300 || largest > 1e300) return undefined;
  const magnitude = 10 ** Math.floor(Math.log10(widthMin));
  const width = magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= widthMin) ?? 10);
  const perUnit = Math.round(1 / width);
  return width < 1
    ? exact(
        (bin) => bin / perUnit,
        (value) => Math.floor(value * perUnit),
      )
    : exact(
        (bin) => bin * width,
        (value) => Math.floor(value / width),
      );
}

/** Corrects the division's last digit, so that a value on an edge is always in the bin above it. */
function exact(edge: (bin: number) => number, near: (value: number) => number): Scale {
  return {
    edge,
    binOf(value) {
      const bin = near(value);
      if (edge(bin + 1) <= value) return bin + 1;
      return edge(bin) > value ? bin - 1 : bin;
    },
  };
}

function ends(ascending: Float64Array): [number, number] {
  return [ascending[0] ?? 0, ascending.at(-1) ?? 0];
}
