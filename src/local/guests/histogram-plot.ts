import { roundScale } from './bins.ts';
import { type Area, gridIn, type Plot, palette, plotId, smallLabel } from './panel.ts';
import { shortNumber } from './short.ts';
import type { Histogram } from './table-profile.ts';

const room = { left: 34, right: 8, bottom: 22 };
const labelsMax = 6;
const barMaxWidth = 60;

/**
 * A histogram. Two scales lie below it: categories that place the bars side by side, and the line of numbers or dates
 * that is seen.
 */
export function histogramPlot(histogram: Histogram, area: Area): Plot {
  const id = plotId(area);
  const isDate = typeof histogram.from === 'string';
  return {
    grid: gridIn(area, room),
    xAxis: [
      { id: `bars-${id}`, gridId: id, type: 'category', show: false, data: histogram.counts.map(String) },
      {
        id: `scale-${id}`,
        gridId: id,
        position: 'bottom',
        axisLine: { lineStyle: { color: palette.faint } },
        splitLine: { show: false },
        ...scaleOf(histogram),
      },
    ],
    yAxis: [
      {
        id: `counts-${id}`,
        gridId: id,
        type: 'value',
        splitNumber: 2,
        minInterval: 1,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { ...smallLabel, formatter: shortNumber },
        splitLine: { lineStyle: { color: palette.line } },
      },
    ],
    series: {
      type: 'bar',
      silent: true,
      xAxisId: `bars-${id}`,
      yAxisId: `counts-${id}`,
      barCategoryGap: '8%',
      barMaxWidth,
      itemStyle: { color: isDate ? palette.date : palette.number },
      data: histogram.counts,
    },
  };
}

function scaleOf({ from, to, counts }: Histogram): Partial<Plot['xAxis'][number]> {
  const [min, max] = [placeOf(from), placeOf(to)];
  const tick = { show: true, length: 3, lineStyle: { color: palette.faint } };
  if (min === max) {
    const label = typeof from === 'number' ? shortNumber(from) : from;
    const customValues = [min];
    return {
      type: 'value',
      min: min - 1,
      max: min + 1,
      axisTick: { ...tick, customValues },
      axisLabel: { ...smallLabel, customValues, formatter: () => label },
    };
  }
  if (typeof from === 'string') {
    return {
      type: 'time',
      min,
      max,
      splitNumber: 4,
      axisTick: tick,
      axisLabel: { ...smallLabel, hideOverlap: true },
    };
  }
  const customValues = ticksBetween(min, max, counts.length);
  return {
    type: 'value',
    min,
    max,
    axisTick: { ...tick, customValues },
    axisLabel: { ...smallLabel, customValues, formatter: shortNumber },
  };
}

/** Round numbers from one end to the other, not closer together than the bins. */
function ticksBetween(min: number, max: number, bins: number): number[] {
  const width = (max - min) / Math.min(labelsMax, bins);
  const scale = roundScale(width, Math.max(Math.abs(min), Math.abs(max)));
  if (!scale) return [min, max];
  const first = scale.binOf(min);
  return Array.from({ length: scale.binOf(max) - first + 1 }, (_, index) => scale.edge(first + index)).filter(
    (tick) => tick >= min,
  );
}

/** Numbers as they are, dates in ms since the epoch. */
function placeOf(end: number | string): number {
  return typeof end === 'number' ? end : Date.parse(end);
}
