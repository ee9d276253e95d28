import type { Bearer } from './mint.ts';

const group = '/subscriptions/00000000-0000-0000-0000-00000000000b/resourceGroups/pool';
const vmIds = `${group}/providers/Microsoft.Compute/virtualMachines`;

/** Whose tokens there are; each principal has the form that Entra gives them. */
export const bearers: Record<Bearer, { principalId: string; clientId: string; resourceId: string }> = {
  vm01: bearer(1, `${vmIds}/vm01`),
  'vm01-rebuilt': bearer(11, `${vmIds}/vm01`),
  vm02: bearer(2, `${vmIds}/vm02`),
  app: bearer(9, `${group}/providers/Microsoft.Web/sites/other`),
};

function bearer(number: number, resourceId: string) {
  const id = String(number).padStart(12, '0');
  return {
    principalId: `aaaaaaaa-0000-4000-8000-${id}`,
    clientId: `cccccccc-0000-4000-8000-${id}`,
    resourceId,
  };
}
