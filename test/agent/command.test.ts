import { describe, expect, it } from 'vitest';
import { fillCommand, splitCommand } from '../../src/agent/command.ts';

describe('splitCommand', () => {
  it.each([
    ['node profile.mjs {input} {output}', ['node', 'profile.mjs', '{input}', '{output}']],
    ['  a \t b\n', ['a', 'b']],
    ['"C:\\Program Files\\x.exe" /out:"{output}"', ['C:\\Program Files\\x.exe', '/out:{output}']],
    [`run 'it "is"' "it's"`, ['run', 'it "is"', "it's"]],
    [`run "" ''`, ['run', '', '']],
    ['echo $HOME; rm *', ['echo', '$HOME;', 'rm', '*']],
    ['', []],
  ])('splits %j at white space outside of quotes', (line, items) => {
    expect(splitCommand(line)).toEqual(items);
  });

  it('refuses an open quote', () => {
    expect(() => splitCommand('run "it')).toThrow('is not closed');
  });
});

describe('fillCommand', () => {
  it('fills the blanks inside of items, each value as one piece', () => {
    const blanks = { input: '/w/in/a b.csv', output: '/w/out/o', action: 'profile' };
    expect(fillCommand(['run', '--in={input}', '{output}.{action}', '{other}'], blanks)).toEqual([
      'run',
      '--in=/w/in/a b.csv',
      '/w/out/o.profile',
      '{other}',
    ]);
  });

  it('does not fill blanks that came in with a value', () => {
    const blanks = { input: '{action}$&', output: 'o', action: 'a' };
    expect(fillCommand(['{input}'], blanks)).toEqual(['{action}$&']);
  });
});
