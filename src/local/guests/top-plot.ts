import { type Area, cutAt, gridIn, type Plot, palette, plotId, smallLabel } from './panel.ts';
import { oneLine } from './short.ts';
import type { ColumnProfile } from './table-profile.ts';

const room = { left: 0, right: 44, bottom: 4 };
const labelPadding = 10;
const barsMax = 6;

/** The most frequent values of a column as bars: the value written on its bar, the count at the right edge. */
export function topPlot(column: ColumnProfile, area: Area): Plot {
  const id = plotId(area);
  const top = column.top.slice(0, barsMax);
  return {
    grid: gridIn(area, room),
    xAxis: [{ id: `counts-${id}`, gridId: id, type: 'value', show: false, min: 0, max: top[0]?.count ?? 1 }],
    yAxis: [
      {
        id: `bars-${id}`,
        gridId: id,
        type: 'category',
        position: 'right',
        inverse: true,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { ...smallLabel, interval: 0 },
        data: Array.from({ length: barsMax }, (_, index) => top[index]?.count.toLocaleString('en') ?? ''),
      },
    ],
    series: {
      type: 'bar',
      silent: true,
      xAxisId: `counts-${id}`,
      yAxisId: `bars-${id}`,
      barCategoryGap: '14%',
      itemStyle: { color: palette.text },
      label: {
        show: true,
        position: 'insideLeft',
        color: palette.ink,
        fontSize: 11,
        ...cutAt(area.width - room.right - labelPadding),
        formatter: ({ dataIndex }) => oneLine(top[dataIndex]?.value ?? ''),
      },
      data: top.map(({ count }) => count),
    },
  };
}
