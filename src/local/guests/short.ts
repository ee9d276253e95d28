const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** A number in few characters, but years as they are: 1970, 0.0131, 32.5M, 1.2e-7. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000 && size < 1e15) return compact.format(value);
  if (size !== 0 && (size < 0.0001 || size >= 1e15)) return value.toExponential(1).replace('.0e', 'e');
  return String(Number(value.toPrecision(4)));
}

/** A count of things: `1 row`, `3,201 rows`. */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;
}

/** A text on one line, without the characters that XML cannot hold. */
export function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .trim();
}
