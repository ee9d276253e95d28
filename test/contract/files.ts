import assert from 'node:assert';
import { describe, expect, it } from 'vitest';
import type { FileFacts } from '../../src/core/world.ts';
import type { Opened } from './opened.ts';

const oddNames = {
  spaces: ' lead and trail .txt ',
  Unicode: 'Ünïcödé 名前 – e\u0301 😀.csv',
  '#': 'a#b.json',
  '?': 'a?b=c&d.json',
  '%': '100%25 %zz %2F.json',
  quotes: '"double" \'single\' `back`.json',
  slashes: '/a//b/c/',
  dots: '..a/.b./...c',
  brackets: '{a}[b]<c>|^~+;:@,$!*().json',
  '1,000 characters': 'x'.repeat(1000),
  '1,000 wide characters': '名'.repeat(1000),
};

export function describeFiles(given: () => Opened): void {
  const files = () => given().world.files;

  async function uploaded(fileName: string, metadata?: Record<string, string>): Promise<FileFacts> {
    await given().upload(fileName, metadata);
    const facts = await files().head(fileName);
    assert(facts, `${fileName} is not there`);
    return facts;
  }

  describe('files', () => {
    it.each(Object.entries(oddNames))('are found and removed with %s in their names', async (_, name) => {
      const { fileName, etag } = await uploaded(name);
      expect(fileName).toBe(name);
      expect(await files().remove(name, etag)).toBe('removed');
      expect(await files().head(name)).toBeUndefined();
    });

    it('tell their size, age and metadata', async () => {
      const facts = await uploaded('files/facts', { action: 'chart', Source: 'Ä “100%” ü' });
      expect(facts.sizeBytes).toBeGreaterThan(0);
      expect(facts.modifiedAt).toBeGreaterThan(1_600_000_000_000);
      expect(facts.metadata).toEqual({ action: 'chart', source: 'Ä “100%” ü' });
      expect(facts.etag).toMatch(/^[^"]+$/);
    });

    it('are another version after each upload', async () => {
      const first = await uploaded('files/versions');
      const second = await uploaded('files/versions');
      expect(second.etag).not.toBe(first.etag);
      expect(await files().remove('files/versions', first.etag)).toBe('changed');
      expect(await files().head('files/versions')).toEqual(second);
      expect(await files().remove('files/versions', second.etag)).toBe('removed');
      expect(await files().remove('files/versions', second.etag)).toBe('gone');
    });

    it('are all listed, as a look at each would show them', async () => {
      const { fileName, etag, modifiedAt } = await uploaded('files/listed Ä #?%.txt');
      const listed = await files().list();
      expect(listed).toContainEqual({ fileName, etag, modifiedAt });
      expect(new Set(listed.map((file) => file.fileName)).size).toBe(listed.length);
      await files().remove(fileName, etag);
      expect((await files().list()).map((file) => file.fileName)).not.toContain(fileName);
    });

    it('are not there under names that no blob can have', async () => {
      await uploaded('files/there');
      for (const name of ['', 'files\\there', './files/there', 'x/../files/there', 'files/none', '\ud83d'])
        expect(await files().head(name)).toBeUndefined();
      expect(await files().head('x'.repeat(1025))).toBeUndefined();
    });
  });
}
