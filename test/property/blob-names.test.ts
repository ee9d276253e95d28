import { basename, join, posix, win32 } from 'node:path';
import { ContainerClient } from '@azure/storage-blob';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeName } from '../../src/agent/safe-name.ts';
import { blobNamed, isBlobName } from '../../src/azure/blob-name.ts';
import { columnsOf } from '../../src/azure/job-row.ts';
import { decodeMetadata, encodeMetadata } from '../../src/azure/metadata.ts';
import { jobIdOf } from '../../src/core/job.ts';
import { isAction } from '../../src/core/metadata.ts';
import { defaultRules } from '../../src/core/rules.ts';
import { anyToken } from '../azure/fake-service.ts';
import { openTown } from '../core/town.ts';
import { contextOf, openDoor } from '../functions/doors.ts';
import type { Memory } from '../sim/memory.ts';
import { anyText, halfCharacter } from './any.ts';

type Door = (given: unknown, context: unknown, world: unknown) => Promise<void>;
const { funcBlobDataProcessing } = (await openDoor('funcBlobDataProcessing')) as unknown as Record<
  string,
  Door
>;

const segment = fc.oneof(
  anyText,
  fc.constantFrom(
    '',
    '.',
    '..',
    '...',
    ' ',
    'a',
    'a.json',
    '%2e%2e',
    '%2F',
    'con',
    'NUL.txt',
    'x'.repeat(300),
  ),
);
/** Names of blobs, and texts that can be none. */
const fileName = fc.oneof(
  anyText,
  fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/')),
);

const metadata = fc
  .array(
    fc.oneof(
      fc.tuple(anyText, anyText),
      fc.tuple(fc.constant('action'), fc.oneof(fc.constantFrom('chart', 'Chart', 'a b'), anyText)),
      fc.tuple(fc.constantFrom('priority', 'hop'), fc.oneof(fc.nat(9999).map(String), anyText)),
      fc.tuple(fc.constant('root'), fc.oneof(fc.stringMatching(/^[0-9a-f]{40}$/), anyText)),
      fc.tuple(fc.constant('source'), anyText),
    ),
    { maxLength: 5 },
  )
  .map((pairs) => Object.fromEntries(pairs));

const sizeBytes = fc.oneof(
  fc.nat(10),
  fc.constantFrom(defaultRules.fileBytesMax, defaultRules.fileBytesMax + 1),
);

/** What no listing or no URL can carry: a control character, a backslash, a segment that leads elsewhere. */
const unfit = /[^\P{Cc}\u0080-\u009f]|\\|(^|\/)\.\.?(\/|$)/u;

/** Everything that the world holds, the log too. */
function held({ fresh: _, ...tables }: Memory) {
  return structuredClone(tables);
}

describe('a file of any name, with any metadata', () => {
  it('is one job however often it is told of, or is refused in one clear row of the log and stays', async () => {
    await fc.assert(
      fc.asyncProperty(fileName, metadata, sizeBytes, async (fileName, metadata, sizeBytes) => {
        const { world, memory, upload } = openTown(['vm01']);
        // What cannot be a name of a blob can only stand in an event that is wrong.
        if (isBlobName(fileName)) upload(fileName, { metadata, sizeBytes });
        const tell = () =>
          funcBlobDataProcessing?.(undefined, contextOf({ blobTrigger: `data/${fileName}` }), world);
        await tell();

        expect(memory.jobs.size).toBe(memory.files.size);
        for (const job of memory.jobs.values()) {
          expect(job.id).toBe(jobIdOf(fileName, memory.files.get(fileName)?.etag ?? ''));
          expect(job.fileName).toBe(fileName);
          expect(isAction(job.action)).toBe(true);
          expect(job.priority).toBeOneOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
          expect(JSON.stringify(columnsOf(job))).not.toMatch(halfCharacter);
          const isRefused =
            unfit.test(fileName) || sizeBytes > defaultRules.fileBytesMax || job.hop > defaultRules.hopsMax;
          expect(job.state).toBe(isRefused ? 'failed' : 'assigned');
          if (!isRefused) continue;
          expect(job.cause).toBe('refused');
          expect(memory.log).toMatchObject([{ event: 'refused', level: 'error', fileName, jobId: job.id }]);
          expect(memory.log[0]?.message).toContain(`${fileName} is refused and stays in data: `);
          expect(memory.log[0]?.message).toMatch(/: (rename|make|break) .*$/);
          expect(memory.vms.get('vm01')).toMatchObject({ state: 'deallocated', files: [] });
        }
        const before = held(memory);
        await tell();
        await tell();
        expect(held(memory)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('is either reached under exactly its own name, or not by a URL at all', () => {
    const data = new ContainerClient('https://account.blob.core.windows.net/data', anyToken);
    fc.assert(
      fc.property(fileName, (name) => {
        const blob = blobNamed(data, name);
        if (!blob) return;
        // What the service sees of a URL: the path as every client sends it, resolved.
        const { pathname, search, hash } = new URL(blob.url);
        expect(decodeURIComponent(pathname)).toBe(`/data/${name}`);
        expect([search, hash]).toEqual(['', '']);
        expect(blob.name).toBe(name);
      }),
      { numRuns: 500 },
    );
  });

  it('has metadata that comes back as it went out, in characters that headers take', () => {
    const whole = anyText.filter((text) => !halfCharacter.test(text));
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,9}$/), whole),
        anyText,
        (metadata, half) => {
          const encoded = encodeMetadata(metadata);
          for (const value of Object.values(encoded)) expect(value).toMatch(/^[\x21-\x7e]*$/);
          expect(decodeMetadata(encoded)).toEqual({ ...metadata });
          expect(Object.values(encodeMetadata({ half })).join()).toMatch(/^[\x21-\x7e]*$/);
        },
      ),
    );
  });

  it('has metadata that can be read whatever somebody wrote there', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (metadata) => {
        const decoded = decodeMetadata(metadata);
        for (const [key, value] of Object.entries(decoded)) {
          expect(key).toBe(key.toLowerCase());
          expect(value).toBeTypeOf('string');
        }
      }),
    );
  });

  it('stays in the folder of its run on a VM, whichever system that has', () => {
    fc.assert(
      fc.property(fileName, (name) => {
        const safe = safeName(name);
        expect(basename(join('/runs/1', safe))).toBe(safe);
        expect(posix.dirname(posix.join('/runs/1', safe))).toBe('/runs/1');
        expect(win32.dirname(win32.join('C:\\runs\\1', safe))).toBe('C:\\runs\\1');
        expect(win32.parse(safe)).toMatchObject({ root: '', dir: '', base: safe });
        expect(safe).toMatch(/^[\p{L}\p{M}\p{N}._-]{1,100}$/u);
        expect(safe).not.toMatch(/^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\.|$)|\.$/i);
        expect(safeName(safe)).toBe(safe);
      }),
      { numRuns: 500 },
    );
  });
});
