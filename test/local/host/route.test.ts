import { describe, expect, it } from 'vitest';
import { compareRoutes, matchRoute, parseRoute, splitPath } from '../../../src/local/host/route.ts';

const match = (template: string, path: string) => matchRoute(parseRoute(template), splitPath(path) ?? []);

describe('a route', () => {
  it('catches its parameters, the optional one if it is there', () => {
    expect(match('jobs/{id}/{verb?}', '/jobs/7/cancel')).toEqual({ id: '7', verb: 'cancel' });
    expect(match('jobs/{id}/{verb?}', '/jobs/7/')).toEqual({ id: '7' });
    expect(match('jobs/{id}/{verb?}', '/jobs')).toBeUndefined();
    expect(match('jobs/{id}/{verb?}', '/jobs/7/cancel/now')).toBeUndefined();
  });

  it('may end in several optional parameters', () => {
    expect(match('jobs/{id?}/{verb?}', '/jobs/7/cancel')).toEqual({ id: '7', verb: 'cancel' });
    expect(match('jobs/{id?}/{verb?}', '/jobs/7')).toEqual({ id: '7' });
    expect(match('jobs/{id?}/{verb?}', '/jobs')).toEqual({});
    expect(match('jobs/{id?}/{verb?}', '/jobs/7/cancel/now')).toBeUndefined();
  });

  it('catches the rest of the path', () => {
    expect(match('files/{*path}', '/files/a%20b/c')).toEqual({ path: 'a b/c' });
    expect(match('files/{*path}', '/files')).toEqual({ path: '' });
  });

  it('comes before another that is less special', () => {
    const templates = ['{*rest}', 'jobs/{id?}', 'jobs/{id}', 'jobs/all', 'jobs'];
    const sorted = templates.toSorted((a, b) => compareRoutes(parseRoute(a), parseRoute(b)));
    expect(sorted.indexOf('jobs/all')).toBeLessThan(sorted.indexOf('jobs/{id}'));
    expect(sorted.indexOf('jobs/{id}')).toBeLessThan(sorted.indexOf('jobs/{id?}'));
    expect(sorted.at(-1)).toBe('{*rest}');
  });

  for (const template of [
    'jobs/{id:int}',
    'jobs/{id=7}',
    'v{version}/jobs',
    '{*rest}/more',
    '{id?}/more',
    '{id?}/{*rest}',
  ])
    it(`is refused if it is ${template}`, () => {
      expect(() => parseRoute(template)).toThrow('is not offered');
    });
});
