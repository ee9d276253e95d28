import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';

/** A file to process. */
export interface Dataset {
  /** What it is called in `data`; unique, with `/` between folders. */
  name: string;
  /** Where it lies. */
  file: string;
  bytes: number;
}

const readable = ['.csv', '.tsv', '.json'];
const bytesMaxDefault = 3_000_000;

/** The part of the package's Data Package descriptor that says which of its files are tables. */
const catalog = z.object({ resources: z.array(z.object({ type: z.string(), path: z.string() })) });

/**
 * Picks real data sets: the tables of the package `vega-datasets` that the guest programs read, spread evenly over all
 * that are not larger than `bytesMax`, always the same ones. Beyond their number they come again as `cars-2.json`.
 */
export function pickDatasets(count = 40, bytesMax = bytesMaxDefault): Dataset[] {
  const all = tables().filter(({ bytes }) => bytes <= bytesMax);
  if (all.length === 0) return [];
  const rounds = Math.floor(count / all.length);
  const whole = Array.from({ length: rounds }, () => all);
  return [...whole, spread(all, count % all.length)].flatMap((round, index) =>
    round.map((dataset) => repeated(dataset, index + 1)),
  );
}

/**
 * Every file below a folder, ordered by name, whatever its type; what begins with a dot is left out, as is what lies in
 * such a folder. Links to files are followed, links to folders are not. Throws the file system's error if something
 * cannot be read.
 */
export function readFolder(folder: string): Dataset[] {
  return filesBelow(folder)
    .map((file) => datasetOf(file, relative(folder, file).split(sep).join('/')))
    .sort(byName);
}

/** Step by step, because a recursive `readdir` follows links to folders, in circles too, from Node 22 on. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return statSync(path).isFile() ? [path] : [];
    });
}

function tables(): Dataset[] {
  const home = fileURLToPath(new URL('..', import.meta.resolve('vega-datasets')));
  const { resources } = catalog.parse(JSON.parse(readFileSync(join(home, 'datapackage.json'), 'utf8')));
  return resources
    .filter(({ type, path }) => type === 'table' && readable.includes(extname(path)))
    .map(({ path }) => datasetOf(join(home, 'data', path), path))
    .sort(byName);
}

function datasetOf(file: string, name: string): Dataset {
  return { name, file, bytes: statSync(file).size };
}

/** So many of the data sets, at even distances. */
function spread(all: readonly Dataset[], count: number): Dataset[] {
  const due = (index: number) => Math.floor((index * count) / all.length);
  return all.filter((_, index) => due(index + 1) > due(index));
}

function repeated(dataset: Dataset, time: number): Dataset {
  if (time === 1) return dataset;
  const extension = extname(dataset.name);
  return { ...dataset, name: `${dataset.name.slice(0, -extension.length)}-${time}${extension}` };
}

/** By code unit, the same in every locale. */
function byName(a: Dataset, b: Dataset): number {
  return a.name < b.name ? -1 : 1;
}
