import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Package {
  version: string;
  integrity?: string;
  resolved?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  hasInstallScript?: boolean;
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
const { packages } = read('package-lock.json') as { packages: Record<string, Package> };
const installed = Object.entries(packages).filter(([path]) => path !== '');

describe('the packages', () => {
  it('are named with the one version that was tried', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('of what is deployed are few', () => {
    expect(Object.keys(dependencies ?? {}).length).toBeLessThanOrEqual(12);
  });

  it('are locked with the hash of their content, from no registry in particular', () => {
    expect(installed.length).toBeGreaterThan(100);
    for (const [path, { integrity, resolved }] of installed) {
      expect(integrity, path).toMatch(/^sha512-/);
      expect(resolved, path).toBeUndefined();
    }
  });

  it('have licences that let anybody use and change them', () => {
    for (const [path, { license, dev }] of installed)
      if (!dev)
        expect(license, path).toMatch(/^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|MIT-0|BlueOak-1\.0\.0)$/);
  });

  it('of what is deployed run nothing when they are installed', () => {
    for (const [path, { dev, hasInstallScript }] of installed)
      if (!dev) expect(hasInstallScript, path).toBeUndefined();
  });
});
