/** A few words for the trace. */
export function short(value: unknown): string {
  if (value === undefined) return '-';
  if (typeof value === 'string')
    return value.length > 30 ? `${value.slice(0, 4)}~${value.slice(24, 28)}` : value;
  if (value instanceof Map) return `[${[...value].map(([key, item]) => `${key}:${short(item)}`).join(' ')}]`;
  if (Array.isArray(value)) return `[${value.map(short).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const item = value as Record<string, unknown>;
  if (Array.isArray(item.files)) {
    const files = item.files.map(
      (entry) => `${short(entry.jobId)}.${entry.attempt}${entry.ticket ? '+' : ''}`,
    );
    const marks = `${item.disabled ? ' disabled' : ''}${item.silentAt ? ' silent' : ''}`;
    return `{${item.name} ${item.state} [${files.join(' ')}]${marks} ${item.version}}`;
  }
  if ('state' in item && 'attempt' in item)
    return `{job ${short(item.id)}.${item.attempt} ${item.state} ${item.vmName} ${item.version}}`;
  if ('jobId' in item) return `{${item.place ?? ''} ${short(item.jobId)}.${item.attempt}}`;
  if ('etag' in item) return `{${item.fileName} ${item.etag}}`;
  if ('messageId' in item) return `{message ${item.messageId} ${item.popReceipt}}`;
  return '{}';
}
