import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent, type TitleComponentOption } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { headingOf } from './heading.ts';
import { histogramPlot } from './histogram-plot.ts';
import { type Area, cutAt, type OverviewOption, type Plot, palette } from './panel.ts';
import { counted, oneLine } from './short.ts';
import type { ColumnProfile, TableProfile } from './table-profile.ts';
import { topPlot } from './top-plot.ts';

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

const panelsMax = 12;
const perRowMax = 4;
const margin = 24;
const titleHeight = 78;
const panel = { width: 300, height: 184 };
const gap = { x: 28, y: 26 };
const headingHeight = 44;

/** Draws a profile as one SVG document: a panel for each of the first twelve columns. */
export function drawOverview(profile: TableProfile): string {
  const columns = profile.columns.slice(0, panelsMax);
  const perRow = Math.min(perRowMax, Math.max(2, Math.ceil(Math.sqrt(columns.length))));
  const lines = Math.ceil(columns.length / perRow);
  const width = 2 * margin + perRow * (panel.width + gap.x) - gap.x;
  const height = titleHeight + lines * (panel.height + gap.y);

  const panels = columns.map((column, index) => ({ column, area: areaOf(index, perRow) }));
  const plots = panels.map(({ column, area }) => plotOf(column, area));
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  const option: OverviewOption = {
    animation: false,
    useUTC: true,
    backgroundColor: palette.paper,
    // No quotes: the renderer writes the family into an attribute as it stands.
    textStyle: { fontFamily: 'Helvetica Neue, Arial, sans-serif' },
    title: [titleOf(profile, width), ...panels.map(({ column, area }) => headingOf(column, area))],
    grid: plots.map((plot) => plot.grid),
    xAxis: plots.flatMap((plot) => plot.xAxis),
    yAxis: plots.flatMap((plot) => plot.yAxis),
    series: plots.map((plot) => plot.series),
  };
  try {
    chart.setOption(option);
    return described(chart.renderToSVGString(), profile);
  } finally {
    // Its timer would keep the process alive.
    chart.dispose();
  }
}

function plotOf(column: ColumnProfile, area: Area): Plot {
  const below = { ...area, top: area.top + headingHeight, height: area.height - headingHeight };
  return column.histogram ? histogramPlot(column.histogram, below) : topPlot(column, below);
}

function titleOf(profile: TableProfile, width: number): TitleComponentOption {
  const columns = counted(profile.columns.length, 'column');
  const shown = profile.columns.length > panelsMax ? `, the first ${panelsMax} shown` : '';
  return {
    left: margin,
    top: 18,
    padding: 0,
    itemGap: 6,
    text: oneLine(profile.source),
    textStyle: { fontSize: 19, color: palette.ink, ...cutAt(width - 2 * margin) },
    subtext: `${counted(profile.rows, 'row')} · ${columns}${shown}`,
    subtextStyle: { fontSize: 12, color: palette.faint },
  };
}

function areaOf(index: number, perRow: number): Area {
  return {
    left: margin + (index % perRow) * (panel.width + gap.x),
    top: titleHeight + Math.floor(index / perRow) * (panel.height + gap.y),
    ...panel,
  };
}

/** Adds what a screen reader says: the names in full, which the picture may cut. */
function described(svg: string, profile: TableProfile): string {
  const names = profile.columns.map(({ name }) => oneLine(name)).join(', ');
  const title = `<title>${escaped(oneLine(profile.source))}</title>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg.replace('>', () => `>${title}<desc>${escaped(names)}</desc>`)}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
