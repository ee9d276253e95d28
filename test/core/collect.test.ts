import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type CollectorWorld, collect, type FetchedItem } from '../../src/core/collect.ts';
import { AppError } from '../../src/core/errors.ts';
import type { LogLine } from '../../src/core/log.ts';
import type { Source } from '../../src/core/sources.ts';

function source(name: string, change: Partial<Source> = {}): Source {
  const url = `https://example.org/files/${name}.csv?x=1`;
  return { name, url, headers: {}, action: 'profile', priority: 2, sizeBytesMax: 1e9, ...change };
}

/** A collector's world in memory: items by source, blobs that were put, validators that are remembered. */
function openSources(items: Record<string, string | AppError>) {
  const blobs = new Map<string, Record<string, string>>();
  const validators = new Map<string, string>();
  const log: LogLine[] = [];
  const world: CollectorWorld = {
    now: () => 0,
    log: async (line) => void log.push(line),
    remembered: async () => new Map(validators),
    remember: async (name, validator) => void validators.set(name, validator),
    async fetchItem({ name }, validator): Promise<FetchedItem> {
      const item = items[name];
      if (item instanceof AppError) throw item;
      if (item === validator) return { status: 'unchanged' };
      return { status: 'new', validator: item ?? '', body: Readable.from(['x']) };
    },
    async put({ fileName, metadata }) {
      if (blobs.has(fileName)) return 'exists';
      blobs.set(fileName, metadata);
      return 'created';
    },
  };
  return { world, blobs, validators, log };
}

describe('collecting', () => {
  it('names a blob after its source and the item’s version, and tags it', async () => {
    const { world, blobs } = openSources({ prices: 'etag:"1"' });
    expect(await collect([source('prices')], world)).toEqual({ created: 1, unchanged: 0, failed: 0 });
    const [[name, metadata] = []] = [...blobs];
    expect(name).toMatch(/^prices\.[0-9a-f]{12}\.csv$/);
    expect(metadata).toEqual({
      action: 'profile',
      priority: '2',
      source: 'prices',
      collectedat: '1970-01-01T00:00:00.000Z',
    });
  });

  it('takes the same item once, also after a crash before it was remembered, and a new version as a new file', async () => {
    const items = { prices: 'etag:"1"' };
    const { world, blobs, validators } = openSources(items);
    await collect([source('prices')], world);
    expect(await collect([source('prices')], world)).toMatchObject({ unchanged: 1 });
    validators.clear();
    expect(await collect([source('prices')], world)).toMatchObject({ created: 0, unchanged: 1 });
    expect(blobs.size).toBe(1);
    items.prices = 'etag:"2"';
    await collect([source('prices')], world);
    expect(blobs.size).toBe(2);
  });

  it('does not stop at a broken source, and says which one and what to do', async () => {
    const { world, blobs, log } = openSources({
      down: new AppError('unavailable', 'no answer'),
      wrong: new AppError('bad_input', 'answered 401'),
      good: 'etag:"1"',
    });
    const collected = await collect(
      ['down', 'wrong', 'good'].map((name) => source(name)),
      world,
    );
    expect(collected).toEqual({ created: 1, unchanged: 0, failed: 2 });
    expect(blobs.size).toBe(1);
    const errors = log.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors).toEqual([
      'source down gave nothing (no answer); it is asked again at the next run',
      'source wrong gave nothing (answered 401); check its entry in SOURCES',
    ]);
  });

  it('does not hide a programming error', async () => {
    const { world } = openSources({ a: 'x' });
    world.put = () => Promise.reject(new TypeError('oh'));
    await expect(collect([source('a')], world)).rejects.toThrow('oh');
  });

  it('asks many sources a few at a time', async () => {
    const { world } = openSources({});
    let open = 0;
    let most = 0;
    world.fetchItem = async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return { status: 'unchanged' };
    };
    const names = Array.from({ length: 20 }, (_, index) => source(`s${index}`));
    expect(await collect(names, world)).toMatchObject({ unchanged: 20 });
    expect(most).toBe(4);
  });
});
