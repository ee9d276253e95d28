import type { BarSeriesOption } from 'echarts/charts';
import type { GridComponentOption, TitleComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';

export type OverviewOption = ComposeOption<BarSeriesOption | GridComponentOption | TitleComponentOption>;

type Axis<Name extends 'xAxis' | 'yAxis'> = Exclude<OverviewOption[Name], readonly unknown[] | undefined>;

/** What one column adds to the overview below its heading: a plot, its axes and its bars. */
export interface Plot {
  grid: GridComponentOption;
  xAxis: Axis<'xAxis'>[];
  yAxis: Axis<'yAxis'>[];
  series: BarSeriesOption;
}

/** A place in the picture, in px. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const palette = {
  paper: '#ffffff',
  ink: '#1f2933',
  faint: '#6b7785',
  line: '#e4e7eb',
  number: '#4c78a8',
  date: '#54a24b',
  text: '#f6c89f',
};

export const smallLabel = { color: palette.faint, fontSize: 10 };

/** A text that is cut where it would be wider than so many px, by the renderer's own table of letter widths. */
export function cutAt(width: number): { width: number; overflow: 'truncate'; ellipsis: string } {
  return { width, overflow: 'truncate', ellipsis: '…' };
}

/** The name of a column's axes and grid, by which they find each other. */
export function plotId(area: Area): string {
  return `${area.left}-${area.top}`;
}

/** The grid of a plot in its area, with room left for labels at three sides. */
export function gridIn(
  area: Area,
  room: { left: number; right: number; bottom: number },
): GridComponentOption {
  return {
    id: plotId(area),
    left: area.left + room.left,
    top: area.top,
    width: area.width - room.left - room.right,
    height: area.height - room.bottom,
    outerBoundsMode: 'none',
  };
}
