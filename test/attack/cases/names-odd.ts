import type { Call } from '../attack.ts';

/** Texts that are not `vm01`, and that something on the way might take for it, or for more than a name. */
export const texts: Record<string, string> = {
  'with a slash behind': 'vm01/',
  'with a path before': '../vm01',
  'with a path to another': 'vm02/../vm01',
  'with a backslash': '..\\vm01',
  'with a quote behind': "vm01'",
  'with a filter behind': "vm01' or '1' eq '1",
  'with a filter for all': "' or PartitionKey ne '",
  'with a comment behind': 'vm01--',
  'with a NUL behind': 'vm01\0',
  'with a NUL and another behind': 'vm01\0vm02',
  'with a line end behind': 'vm01\n',
  'with a carriage return and a header': 'vm01\r\nX-Functions-Key: x',
  'with a space before': ' vm01',
  'with a space behind': 'vm01 ',
  'with a tabulator': '\tvm01',
  'percent-encoded twice': '%76m01',
  'percent-encoded three times': '%2576m01',
  'in wide letters': 'ｖｍ01',
  'in wide digits': 'vm０１',
  'with a letter of another script': 'vm0l',
  'with Greek letters': 'νm01',
  'with a mark over it': 'vm01\u0301',
  'with nothing to be seen in it': 'vm\u200b01',
  'from right to left': '\u202e10mv',
  'with half a character': 'vm01\ud800',
  'in 65 characters': 'v'.repeat(65),
  'with a name of 64 before it': `${'v'.repeat(64)}vm01`,
  'a star': '*',
  'a pattern': 'vm*',
  'a dot': '.',
  'two dots': '..',
  'a part of every object': 'constructor',
  'what every object inherits from': '__proto__',
  'a function of every object': 'toString',
  'a list as JSON': '["vm01"]',
  'a number as a text': '1',
  'the name of the partition': 'vmlist',
};

/** What is no text. */
export const values: Record<string, unknown> = {
  'a number': 1,
  'a list': ['vm01'],
  'a list of lists': [['vm01']],
  'an object': { name: 'vm01' },
  'an object that turns into it': { toString: 'vm01', valueOf: 'vm01' },
  yes: true,
  'nothing at all': null,
  'an empty text': '',
};

/** Bodies and queries that might be read as naming one VM by what proves, and another by what acts. */
export const doubles: Record<string, Pick<Call, 'query' | 'body'>> = {
  'twice in the query': { query: 'vmName=vm01&vmName=vm02&fileName=listed.json' },
  'twice in the query, in other letters': { query: 'vmName=vm01&VMNAME=vm02&fileName=listed.json' },
  'in the query, another in the body': {
    query: 'vmName=vm01',
    body: { vmName: 'vm02', fileName: 'listed.json' },
  },
  'in the query, a list in the body': {
    query: 'vmName=vm01',
    body: { vmName: ['vm01'], fileName: 'work.json' },
  },
  'in the query, nothing in the body': {
    query: 'vmName=vm01',
    body: '{"vmName":null,"fileName":"work.json"}',
  },
  'twice in the body': { body: '{"vmName":"vm01","vmName":"vm02","fileName":"listed.json"}' },
  'twice in the body, in other letters': {
    body: '{"vmName":"vm01","VMNAME":"vm02","fileName":"listed.json"}',
  },
  'in what all objects inherit': {
    body: '{"__proto__":{"vmName":"vm01","vmname":"vm01"},"fileName":"work.json"}',
  },
  'in the constructor': { body: '{"constructor":{"prototype":{"vmname":"vm01"}},"fileName":"work.json"}' },
  'in a list': { body: '[{"vmName":"vm01","fileName":"work.json"}]' },
  'in brackets': { query: 'vmName[]=vm01&fileName=work.json' },
  'in a dotted name': { query: 'a.vmName=vm01&fileName=work.json' },
};
