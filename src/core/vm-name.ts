/**
 * Whether a text can be the name of an Azure VM: 1 to 64 letters, digits, `.`, `_` and `-`, with a letter or digit first and no `.` or `-` last
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, Microsoft.Compute). What is not is never
 * looked up anywhere.
 */
export function isVmName(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_])?$/.test(text);
}
