import type { TitleComponentOption } from 'echarts/components';
import { type Area, cutAt, palette } from './panel.ts';
import { counted, oneLine, shortNumber } from './short.ts';
import type { ColumnProfile } from './table-profile.ts';

const separator = ' · ';
/** Mean width of a letter in px, on the safe side: the picture is drawn without knowing the reader's font. */
const letterWidth = 5.7;
/** The renderer measures bold letters as plain ones. */
const boldShare = 0.93;

/** The heading over a column's plot: its name and as many figures as fit. */
export function headingOf(column: ColumnProfile, { left, top, width }: Area): TitleComponentOption {
  return {
    left,
    top,
    padding: 0,
    itemGap: 4,
    text: oneLine(column.name) || '(no name)',
    textStyle: { fontSize: 13, color: palette.ink, ...cutAt(width * boldShare) },
    subtext: fitting(factsOf(column), Math.floor(width / letterWidth)),
    subtextStyle: { fontSize: 11, color: palette.faint, ...cutAt(width) },
  };
}

/** The figures of a column, the most telling first. */
function factsOf(column: ColumnProfile): string[] {
  const { type, count, distinct, min, max, mean, quantiles } = column;
  const missing = column.missing > 0 ? [`${column.missing.toLocaleString('en')} missing`] : [];
  if (type === 'empty') return ['no values'];
  if (type === 'date') return [min === max ? `${min}` : `${min} to ${max}`, ...missing];
  if (type === 'number' && quantiles) {
    if (min === max) return [`always ${figure(min)}`, ...missing];
    return [
      `${figure(min)} to ${figure(max)}`,
      ...missing,
      `median ${figure(quantiles.p50)}`,
      ...(mean === null ? [] : [`mean ${figure(mean)}`]),
    ];
  }
  const kind = type === 'string' ? 'text' : type;
  if (type !== 'boolean' && distinct === count && count > 1) return [kind, 'all different', ...missing];
  return [kind, `${counted(distinct, 'value')}${column.distinctExact ? '' : ' or more'}`, ...missing];
}

function figure(value: number | string | null): string {
  return typeof value === 'number' ? shortNumber(value) : '?';
}

function fitting(facts: readonly string[], lengthMax: number): string {
  const text = facts.join(separator);
  return text.length <= lengthMax || facts.length <= 1 ? text : fitting(facts.slice(0, -1), lengthMax);
}
