import { type Defence, edit } from './defence.ts';

/** What the doors ask for and answer. */
export const doorDefences: Defence[] = [
  {
    id: 'function-key-stop',
    what: 'funcHttpVMStop takes calls with a function key only',
    edits: [edit('functions/funcHttpVMStop.ts', `authLevel: 'function'`, `authLevel: 'anonymous'`)],
    fails: 'keys: none, at funcHttpVMStop',
  },
  {
    id: 'function-key-next',
    what: 'funcHttpVMNext takes calls with a function key only',
    edits: [edit('functions/funcHttpVMNext.ts', `authLevel: 'function'`, `authLevel: 'anonymous'`)],
    fails: 'keys: none, at funcHttpVMNext',
  },
  {
    id: 'function-key-job',
    what: 'funcHttpJob takes calls with a function key only',
    edits: [edit('functions/funcHttpJob.ts', `authLevel: 'function'`, `authLevel: 'anonymous'`)],
    fails: 'keys: none, at funcHttpJob',
  },
  {
    id: 'operators-own-key',
    what: 'the key of the VMs does not open funcHttpJob',
    edits: [
      edit('local/host/keys.ts', '[keys[functionName], keys._default, keys._master]', 'Object.values(keys)'),
    ],
    fails: 'keys: the VMs’ key at funcHttpJob',
  },
  {
    id: 'post-only',
    what: 'with ALLOW_GET=false no link that somebody follows stops a VM',
    edits: [
      edit(
        'functions/funcHttpVMStop.ts',
        `? ['GET', 'POST'] : ['POST']`,
        `? ['GET', 'POST'] : ['GET', 'POST']`,
      ),
    ],
    fails: 'method: GET at funcHttpVMStop, where it is not allowed',
  },
  {
    id: 'next-by-post',
    what: 'no link that somebody follows takes a file',
    edits: [edit('functions/funcHttpVMNext.ts', `methods: ['POST']`, `methods: ['GET', 'POST']`)],
    fails: 'method: GET at funcHttpVMNext',
  },
  {
    id: 'orders-by-post',
    what: 'no link that somebody follows gives an order',
    edits: [edit('functions/funcHttpJob.ts', 'if (request.method !== method)', 'if (false)')],
    fails: 'method: GET of an order at funcHttpJob',
  },
  {
    id: 'one-answer',
    what: 'whoever is not proven gets one answer, whatever there is and whatever is wrong',
    edits: [edit('functions/problem.ts', `!mayRetry && error.code !== 'not_proven'`, '!mayRetry')],
    fails: 'name: none is told from one of the pool',
  },
  {
    id: 'proven-first',
    what: 'what is wrong with a call is told to proven callers only',
    edits: [
      edit(
        'functions/admit.ts',
        'const { vmname: vmName } = parameters;',
        'if (problem) throw problem;\n  const { vmname: vmName } = parameters;',
      ),
    ],
    fails: 'name: none is told from one of the pool',
  },
  {
    id: 'log-one-line',
    what: 'what a caller has in its token ends no line of the log and fills none',
    edits: [edit('core/note-refusal.ts', '{told(reason)}', '{reason}')],
    fails: 'token: that would end a line of the log',
  },
  {
    id: 'log-limit-source',
    what: 'one source has few refusals noted in a minute',
    edits: [edit('core/quota.ts', '|| before >= perSource', '')],
    fails: 'size: a thousand refusals of one source leave five rows',
  },
  {
    id: 'log-limit-total',
    what: 'all sources together have few refusals noted in a minute',
    edits: [edit('core/quota.ts', 'taken >= total || ', '')],
    fails: 'size: a thousand refusals of a thousand sources leave sixty rows',
  },
];
