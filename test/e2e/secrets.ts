import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Box } from '../../src/local/box.ts';
import { readRows } from '../../src/local/rows.ts';

/** What a secret looks like, whosever it is. */
const looks: Record<string, RegExp> = {
  'a token': /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/,
  'a bearer token': /\bBearer\s+[\w.~+/-]{16,}/i,
  'a shared access signature': /[?&;]sig=[\w%+/-]{16,}/i,
  'an account key': /AccountKey=|\b[A-Za-z0-9+/]{86}==/i,
};

/** What may be an `IDENTITY_HEADER`: in the box 32 bytes in hex. Only the identity endpoint knows which of them are. */
const header = /\b[0-9a-f]{64}\b/g;

/**
 * Looks for secrets wherever a world writes what people read or keep: every file of `logs` (the host's, the agents', Azurite's), every
 * file on the disks of the VMs (their configuration, the consoles of their guest programs), `settings.json`, and every column of
 * every row. Returns each place with what it holds; none is right.
 *
 * `world.json` holds both keys and the app's `IDENTITY_HEADER`, and is passed over: it is how the other commands reach the world, and
 * only its user may read it. So is `access.json` in the container `config`, which is where the VMs' key belongs (README, Keys), and the
 * private key of the certificate. `settings.json` is not: what an app's settings are in Azure needs none.
 */
export async function secretsIn(box: Box): Promise<string[]> {
  const { folder, connection } = box;
  const files = [...filesIn(folder.logs), ...filesIn(folder.vms), folder.settingsFile];
  const texts = files.map((file): [string, string] => [
    relative(folder.path, file),
    readFileSync(file, 'utf8'),
  ]);
  for (const table of [connection.tbllog, connection.tblvm, connection.tblresults, connection.tbljob])
    for (const row of await readRows(table))
      for (const [column, value] of Object.entries(row))
        texts.push([
          `${table.tableName}, row ${row.partitionKey} ${row.rowKey}, ${column}`,
          typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
        ]);

  const known = {
    'the VMs’ key': box.functionKey,
    'the operators’ key': box.operatorKey,
    'the app’s IDENTITY_HEADER': process.env.IDENTITY_HEADER ?? '',
  };
  const found: string[] = [];
  for (const [place, text] of texts) {
    for (const [what, secret] of Object.entries(known))
      if (secret !== '' && holds(text, secret)) found.push(`${place} holds ${what}`);
    for (const [what, look] of Object.entries(looks))
      if (look.test(text)) found.push(`${place} holds ${what}`);
    for (const word of new Set(text.match(header)))
      if (await isIdentityHeader(word, box)) found.push(`${place} holds an IDENTITY_HEADER`);
  }
  return found;
}

/** As it is, or as a URL has it. */
function holds(text: string, secret: string): boolean {
  return text.includes(secret) || text.includes(encodeURIComponent(secret));
}

/** Whether somebody gets tokens with it. */
async function isIdentityHeader(word: string, { identity }: Box): Promise<boolean> {
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource: 'https://storage.azure.com' });
  const reply = await fetch(`${identity.url}?${query}`, { headers: { 'x-identity-header': word } });
  return reply.ok;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
