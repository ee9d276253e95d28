import { edit, type Mutant } from './mutant.ts';
import { watchMutants } from './mutants-watch.ts';

/**
 * The rules that earn their place (design, end of section 4). Each edit's text must stand exactly once in its file. When a
 * change of the code moves the seeds, `npm run sim -- --mutants` finds new ones.
 */
export const mutants: Mutant[] = [
  {
    rule: 'decide before list',
    breaks: 'I1',
    seed: 208,
    edits: [
      edit(
        'take.ts',
        `const assigned = await decide(current, 'assigned', { vmName: vm.name, cause }, world);
  if (!assigned) return undefined;
  const listed = await list(assigned, world, listing);`,
        `const row = await world.pool.read(vm.name);
  const entry2 = { jobId: current.id, attempt: current.attempt, at: world.now() };
  if (!row || !(await world.pool.write({ ...row, files: [...row.files, entry2] }))) return undefined;
  const assigned = await decide(current, 'assigned', { vmName: vm.name, cause }, world);
  if (!assigned) return undefined;
  const listed = assigned;`,
      ),
    ],
  },
  {
    rule: 'list before unlist',
    breaks: 'I1',
    seed: 1,
    edits: [
      edit(
        'fail.ts',
        `    const listed = await list(decided, world);
    await unlist(job, world);`,
        `    await unlist(job, world);
    const listed = await list(decided, world);`,
      ),
    ],
  },
  {
    rule: 'list before send',
    breaks: 'I1',
    seed: 55,
    edits: [
      edit(
        'list.ts',
        `const files = [...vm.files, { jobId: current.id, attempt: current.attempt, at }];`,
        `const { fileName, action, id: jobId, attempt } = current;
    const early = listing.isTold ? {} : { ticket: await world.messages.send({ vmName: vm.name, fileName, action, jobId, attempt }) };
    const files = [...vm.files, { jobId, attempt, at, ...early }];`,
      ),
      edit('list.ts', `    await tell(current, listed, listing, world);\n`, ``),
    ],
  },
  {
    rule: 'result before delete',
    breaks: 'I2',
    seed: 1,
    edits: [
      edit(
        'close.ts',
        `  await world.jobs.record(job);
  const removed = await world.files.remove(job.fileName, job.etag);`,
        `  const removed = await world.files.remove(job.fileName, job.etag);
  await world.jobs.record(job);`,
      ),
    ],
  },
  {
    rule: 'conditional delete',
    breaks: 'I2',
    seed: 1,
    edits: [
      edit(
        'close.ts',
        `await world.files.remove(job.fileName, job.etag);`,
        `await world.files.remove(job.fileName, (await world.files.head(job.fileName))?.etag ?? job.etag);`,
      ),
    ],
  },
  {
    rule: 'a failed guest is no result',
    breaks: 'I1',
    seed: 1,
    edits: [edit('finish.ts', `report.status === 'ok'`, `report.status !== undefined`)],
  },
  {
    rule: 'stop only an empty row',
    breaks: 'I3',
    seed: 20,
    edits: [
      edit(
        'stop.ts',
        `const stopping = await world.pool.write({
    ...moveVm(vm, 'stopping', world.now()),
    deallocateAfter: 0,
  });`,
        `const now = await world.pool.read(vm.name);
  const stopping = now?.state === vm.state ? await world.pool.write(moveVm(now, 'stopping', world.now())) : undefined;`,
      ),
    ],
  },
  {
    rule: 'settle time',
    breaks: 'I3',
    seed: 1578,
    edits: [edit('observe-stopping.ts', `if (now - vm.stateAt < world.rules.settleMs) return;`, ``)],
  },
  {
    rule: 'lease: nobody ends one that runs',
    breaks: 'I5',
    seed: 18,
    edits: [edit('relieve.ts', `isBegun ? job.leaseUntil > world.now() :`, `isBegun ? false :`)],
  },
  {
    rule: 'fencing: a lease is held by its attempt',
    breaks: 'I5',
    seed: 3,
    edits: [edit('lease.ts', `job.attempt === lease.attempt && `, ``)],
  },
  {
    rule: 'limit on poison files',
    breaks: 'I7',
    seed: 1,
    edits: [
      edit('decide-away.ts', `if (job.unreported < world.rules.unreportedMax)`, `if (job.unreported >= 0)`),
      edit('begin.ts', `if (job.unreported < world.rules.unreportedMax)`, `if (job.unreported >= 0)`),
    ],
  },
  ...watchMutants,
];
