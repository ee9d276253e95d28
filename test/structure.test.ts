import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Which rooms a room may import from, besides itself, and which packages it may use. */
const mayImport: Record<string, { rooms: string[]; packages: RegExp }> = {
  core: { rooms: [], packages: /^(node:(assert|crypto|net|stream)|zod\/)/ },
  functions: { rooms: ['core', 'azure'], packages: /^(node:assert|@azure\/functions(-extensions-base)?)$/ },
  azure: { rooms: ['core'], packages: /^(node:|@azure\/(?!functions)|jose$|p-retry$|zod\/)/ },
  agent: { rooms: ['core', 'azure'], packages: /^(node:|commander$|zod\/|p-retry$)/ },
  local: { rooms: ['core', 'azure', 'agent'], packages: /./ },
};

const src = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const text = readFileSync(join(src, name), 'utf8');
    return { name: name.split(sep).join('/'), text, imports: importsOf(text) };
  });

/** What a file imports or exports again, types too. The formatter keeps every such statement in one of these shapes. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)';/gm);
  const dynamic = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...statements, ...dynamic].map(([, found]) => found ?? '');
}

describe('the rooms of src', () => {
  it('are read with all their imports', () => {
    const statements = files.flatMap(({ text }) => text.match(/\bfrom '/g) ?? []);
    expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThanOrEqual(statements.length);
  });

  it.each(files)('$name imports only what its room may', ({ name, imports }) => {
    const room = name.split('/')[0] ?? '';
    const allowed = mayImport[room];
    expect(allowed, `no room is called ${room}`).toBeDefined();
    for (const found of imports) {
      if (!found.startsWith('.')) {
        expect(found).toMatch(allowed?.packages ?? /^$/);
        continue;
      }
      const target = relative(src, join(src, dirname(name), found)).split(sep)[0];
      expect([room, ...(allowed?.rooms ?? [])], `${name} imports ${found}`).toContain(target);
    }
  });

  it.each(files.filter(({ name }) => name.startsWith('core/')))(
    '$name has no environment, clock or chance',
    ({ text }) => {
      expect(text).not.toMatch(/process\.env|Date\.now\(|new Date\(\)|Math\.random\(|randomUUID\(/);
    },
  );

  it.each(files)('$name writes filters of tables with the SDK’s encoder only', ({ text }) => {
    for (const [, tag] of text.matchAll(/(\w*)`[^`]*\s(?:eq|ne|gt|ge|lt|le) [^`]*\$\{/g))
      expect(tag).toBe('odata');
  });

  it.each(files)('$name is one concept that fits a few screens', ({ text }) => {
    expect(text.split('\n').length).toBeLessThanOrEqual(200);
  });
});
