import { mustRun } from './running.ts';

/** A token of a VM of the world that runs in a folder, from the same endpoint as its agent's. Throws if there is no such VM. */
export async function tokenOf(vmName: string, audience: string, folder: string): Promise<string> {
  const { identity, vms } = await mustRun(folder);
  const header = vms[vmName.toLowerCase()];
  if (header === undefined)
    throw new Error(`There is no VM ${vmName} in this world: "npm run show -- tblvm" lists them.`);
  const url = new URL(identity.IDENTITY_ENDPOINT);
  url.search = new URLSearchParams({ 'api-version': '2019-08-01', resource: audience }).toString();
  const reply = await fetch(url, { headers: { 'x-identity-header': header } });
  if (!reply.ok) throw new Error(`the identity endpoint answered ${reply.status} ${await reply.text()}`);
  const { access_token: token } = (await reply.json()) as { access_token: string };
  return token;
}
