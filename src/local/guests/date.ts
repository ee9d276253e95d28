const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const yearFirst =
  /^(\d{4})([-/])(\d\d?)\2(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))?)?$/;
const monthFirst = /^([A-Z][a-z]{2,8})\.? (\d\d?),? (\d{4})$/;

/**
 * Reads a date, in ms since the epoch; undefined if the text is none. Understood are ISO 8601, the same with slashes
 * (`2001/01/31 12:30`), and `Jan 31 2001`. `01/02/2015` stays a text: nobody can say which part is the month. A time
 * without zone counts as UTC, so that the result does not depend on the machine.
 */
export function dateOf(text: string): number | undefined {
  const byYear = yearFirst.exec(text);
  if (byYear) return fromParts(byYear);
  const byMonth = monthFirst.exec(text);
  if (!byMonth) return undefined;
  const [, name = '', day, year] = byMonth;
  const month = monthNames.indexOf(name.slice(0, 3).toLowerCase());
  return midnight(Number(year), month, Number(day));
}

function fromParts(parts: RegExpExecArray): number | undefined {
  const [
    ,
    year,
    ,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '',
    sign,
    zoneHour,
    zoneMinute,
  ] = parts;
  const start = midnight(Number(year), Number(month) - 1, Number(day));
  if (start === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return undefined;
  const zoneMinutes = sign ? (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -1 : 1) : 0;
  const time = (Number(hour) * 60 + Number(minute) - zoneMinutes) * 60 + Number(second);
  return start + time * 1000 + Math.trunc(Number(`0.${fraction || 0}`) * 1000);
}

/** Start of a day (month counts from 0); undefined for one that the calendar has not: it would begin in another month. */
function midnight(year: number, month: number, day: number): number | undefined {
  const start = Date.UTC(year, month, day);
  const date = new Date(start);
  return date.getUTCFullYear() === year && date.getUTCMonth() === month ? start : undefined;
}

/** ISO 8601 in UTC, without the time at midnight and without fractions that are zero. */
export function isoOf(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/T00:00:00\.000Z$/, '')
    .replace('.000Z', 'Z');
}
