import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pickDatasets } from '../../../src/local/datasets.ts';
import { drawOverview } from '../../../src/local/guests/overview.ts';
import { profileFile } from '../../../src/local/guests/profile-file.ts';
import { bundle, run } from './guest-program.ts';
import { useTempFolder } from './temp-folder.ts';
import { textsIn } from './xml.ts';

const folder = useTempFolder();

/** The overview of a file with this content: all of its texts, and those that are seen. */
async function drawn(
  name: string,
  content: string,
): Promise<{ svg: string; seen: string[]; description: string }> {
  const svg = drawOverview(await profileFile(await folder.write(name, content)));
  const texts = textsIn(svg);
  return {
    svg,
    seen: texts.filter(({ element }) => element === 'text').map(({ text }) => text),
    description: texts.find(({ element }) => element === 'desc')?.text ?? '',
  };
}

describe('the overview', () => {
  it.each(pickDatasets())(
    'of $name is well-formed and names the table and its columns',
    { timeout: 60_000 },
    async (dataset) => {
      const profile = await profileFile(dataset.file);
      const svg = drawOverview(profile);
      const texts = textsIn(svg);
      const seen = texts.filter(({ element }) => element === 'text').map(({ text }) => text);
      expect(seen).toContain(profile.source);
      expect(texts).toContainEqual({
        element: 'desc',
        text: profile.columns.map(({ name }) => name).join(', '),
      });
      for (const { name } of profile.columns.slice(0, 12)) expect(seen).toContainEqual(cutOrWhole(name));
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    },
  );

  it('shows numbers, dates and texts in their own ways', async () => {
    const { seen } = await drawn(
      'ways.csv',
      'n,d,t\n1,2001-01-01,apple\n2,2001-02-01,apple\n20,2001-03-01,pear\n',
    );
    expect(seen).toContain('3 rows · 3 columns');
    expect(seen).toContain('1 to 20 · median 2 · mean 7.667');
    expect(seen).toContain('2001-01-01 to 2001-03-01');
    expect(seen).toContain('text · 2 values');
    expect(seen).toEqual(expect.arrayContaining(['apple', 'pear']));
  });

  it('shows twelve columns of many, and says so', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `c${index + 1}`);
    const { seen, description } = await drawn(
      'wide.csv',
      `${names.join()}\n${names.map(() => 'x').join()}\n`,
    );
    expect(seen).toContain('1 row · 30 columns, the first 12 shown');
    expect(seen).toContain('c12');
    expect(seen).not.toContain('c13');
    expect(description).toBe(names.join(', '));
  });

  it('escapes what has a meaning in XML or in templates, and replaces what XML cannot hold', async () => {
    const { seen, description } = await drawn(
      'wild & <b>.json',
      JSON.stringify([{ '<a&"b\'>': ']]> {b} & <i>', '{a|b}': 'tab\tnew\nline \u0001\uD800\uFFFF' }]),
    );
    expect(seen).toEqual(
      expect.arrayContaining(['wild & <b>.json', '<a&"b\'>', ']]> {b} & <i>', '{a|b}', 'tab new line ���']),
    );
    expect(description).toBe('<a&"b\'>, {a|b}');
  });

  it('cuts what is wider than its panel, wide scripts too', async () => {
    const { seen } = await drawn('long.json', JSON.stringify([{ ['name '.repeat(40)]: '字'.repeat(90) }]));
    expect(seen).toContainEqual(expect.stringMatching(/^name .{20,50}…$/));
    expect(seen).toContainEqual(expect.stringMatching(/^字{10,30}…$/));
  });

  it.each([
    ['no rows', '[]'],
    ['no columns', '[{}]'],
    ['no values', '[{"a":null}]'],
    ['one value', '[{"a":5,"b":"2001-01-01"}]'],
    [
      'the ends of what a double can hold',
      '[{"a":1.7e308,"b":1e-320},{"a":-1.7e308,"b":2e-320},{"a":0,"b":0}]',
    ],
    ['huge numbers close together', '[{"a":9007199254740992},{"a":9007199254740996}]'],
    ['a name that is empty', '[{"":1},{"":2}]'],
  ])('can be drawn of %s', async (name, json) => {
    const { svg } = await drawn(`${name}.json`, json);
    expect(svg).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg width="\d+" height="\d+"/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

/** A name as it may stand over its panel. */
function cutOrWhole(name: string): unknown {
  return name.length <= 25 ? name : expect.stringMatching(/^.{25,}$/);
}

describe('the guest program chart', { timeout: 60_000 }, () => {
  let program: string;

  beforeAll(async () => {
    program = await bundle('chart', folder.path());
  });

  it('draws what profile wrote', async () => {
    const [cars] = pickDatasets().filter(({ name }) => name === 'cars.json');
    const profile = await profileFile(cars?.file ?? '');
    const input = await folder.write('cars.profile.json', JSON.stringify(profile));
    const output = join(folder.path(), 'cars.svg');
    expect(await run(program, input, output)).toEqual({ code: 0, stderr: '' });
    const texts = textsIn(await readFile(output, 'utf8'));
    expect(texts).toContainEqual({ element: 'text', text: 'Miles_per_Gallon' });
    const isText = ({ element }: { element: string }) => element === 'text';
    expect(texts.filter(isText)).toEqual(textsIn(drawOverview(profile)).filter(isText));
  });

  it.each([
    ['text.json', 'x', /^chart: text\.json: not a profile: [^\n]+\n$/],
    ['other.json', '{"source":"a","rows":"many"}', /^chart: other\.json: not a profile: rows [^\n]+\n$/],
    ['empty.json', '', /^chart: empty\.json: not a profile: [^\n]+\n$/],
  ])('refuses %s with one line that names it', async (name, content, line) => {
    const { code, stderr } = await run(
      program,
      await folder.write(name, content),
      join(folder.path(), 'none'),
    );
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
  });

  it('ends with the cause where it cannot write', async () => {
    const input = join(folder.path(), 'small.json');
    await writeFile(input, '{"source":"a","rows":0,"bytes":0,"columns":[]}');
    const { code, stderr } = await run(program, input, join(folder.path(), 'no', 'such', 'folder.svg'));
    expect(stderr).toMatch(/^chart: small\.json: ENOENT[^\n]+\n$/);
    expect(code).toBe(1);
  });
});
