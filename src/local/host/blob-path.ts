/** Where a blob trigger looks, and which names fit it. */
export interface BlobPath {
  containerName: string;
  /** What the pattern catches of a name, by parameter; undefined if the name does not fit. */
  match(blobName: string): Record<string, string> | undefined;
}

/**
 * Understands `container/{name}.csv` and its like; without a pattern every blob fits. A parameter takes any text, slashes too
 * (`BindingTemplateSource` of azure-webjobs-sdk).
 */
export function parseBlobPath(path: string): BlobPath {
  const slash = path.indexOf('/');
  if (slash < 0) return { containerName: path, match: () => ({}) };
  const pattern = new RegExp(`^${expressionOf(path.slice(slash + 1))}$`, 's');
  return {
    containerName: path.slice(0, slash),
    match(blobName) {
      const found = pattern.exec(blobName);
      return found ? { ...found.groups } : undefined;
    },
  };
}

function expressionOf(template: string): string {
  return template
    .split(/(\{\w+\})/)
    .map((part) =>
      /^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>.*)` : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    )
    .join('');
}
