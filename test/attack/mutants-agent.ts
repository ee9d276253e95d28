import { type Defence, edit } from './defence.ts';

/** What keeps a poisoned file, a false answer or a false address from the VM and its token. */
export const agentDefences: Defence[] = [
  {
    id: 'safe-names',
    what: 'no name of a blob leads out of the agent’s work folder',
    edits: [
      edit(
        'agent/safe-name.ts',
        'export function safeName(blobName: string): string {',
        'export function safeName(blobName: string): string {\n  if (blobName) return blobName;',
      ),
    ],
    fails: 'name: of a file, as the agent has it on its disk',
  },
  {
    id: 'claimed-job-id',
    what: 'no job id leads out of the agent’s work folder',
    edits: [edit('agent/endpoint.ts', 'z.string().check(z.regex(/^[0-9a-f]{1,64}$/))', 'z.string()')],
    fails: 'name: of a job, in a false answer to the agent',
  },
  {
    id: 'guest-environment',
    what: 'no guest program gets what the agent’s tokens come from',
    edits: [edit('agent/guest-environment.ts', ' && !agentsOwn.test(name)', '')],
    fails: 'keys: the agent’s own, asked for by the configuration of a guest program',
  },
  {
    id: 'secure-url',
    what: 'tokens and keys are asked and sent over TLS only, but on this machine',
    edits: [
      edit('core/secure-url.ts', `(protocol === 'http:' && isLoopback(hostname))`, `protocol === 'http:'`),
    ],
    fails: 'address: of an authority or of the functions without TLS',
  },
  {
    id: 'guest-ended',
    what: 'what a guest program leaves running is found by each id that it could take back',
    edits: [edit('agent/guest-processes.ts', 'ids.includes(uid)', 'ids[0] === uid')],
    fails: 'guest: a process that can take its user back',
  },
  {
    id: 'unfit-machine',
    what: 'a machine that a guest program has made unfit fails no other file',
    edits: [edit('agent/produce.ts', 'if (!(error instanceof UnfitError)) return', 'return')],
    fails: 'guest: a machine that it has made unfit',
  },
  {
    id: 'tls-checked',
    what: 'the agent does not start where nobody’s certificate is looked at',
    edits: [edit('agent/config.ts', `environment.NODE_TLS_REJECT_UNAUTHORIZED === '0'`, 'false')],
    fails: 'address: whosever, where certificates are not looked at',
  },
];
