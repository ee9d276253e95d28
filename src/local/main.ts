import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { putFile } from '../azure/put.ts';
import { setUp } from '../azure/setup.ts';
import { connectStorage } from '../azure/storage.ts';
import { callerChecks } from '../core/callers.ts';
import { jobPlaces } from '../core/moves.ts';
import { type OrderVerb, orderVerbs } from '../core/orders.ts';
import { parseStorageSettings } from '../core/settings.ts';
import { connectionName } from '../core/storage-settings.ts';
import { askJobs } from './ask-jobs.ts';
import { callerAudience } from './box-settings.ts';
import { drain } from './drain.ts';
import { fromHere } from './from-here.ts';
import { jobsText, jobText } from './job-text.ts';
import type { BoxOptions } from './options.ts';
import { connectToRunning } from './running.ts';
import { type ShownTable, show, shownTables } from './show.ts';
import { start } from './start.ts';
import { tokenOf } from './token-of.ts';
import { wholeNumber } from './whole-number.ts';

const folderOption = new Option(
  '--folder <dir>',
  'where the world keeps its storage, logs and results',
).default('.rouse');

type InFolder = { folder: string };
type Shown = Parameters<typeof show>[2];

const program = new Command('rouse')
  .description('Rouse in a box: the function app, its storage, an emulated ARM and VMs, all on this machine')
  .showHelpAfterError();

program
  .command('start')
  .description('open a world, let the files go through it and show how they do')
  .option(
    '--once',
    'end when all is done; exit 0 only if every file has its results and every VM is deallocated',
    false,
  )
  .option('--vms <n>', 'VMs in the pool', wholeNumber(1, 2000), 10)
  .option('--files <n>', 'real data sets to process', wholeNumber(1, 10_000), 40)
  .option('--boot <seconds>', 'how long a VM takes to start', seconds, 3)
  .option('--data <dir>', 'process the files of this folder instead of the data sets')
  .option('--program <command>', 'a guest program of your own: "COMMAND {input} {output}"')
  .addOption(
    new Option(
      '--caller-check <mode>',
      'by what the functions know a VM that calls: its token, its address, or both',
    )
      .choices(callerChecks)
      .default('identity'),
  )
  .option('--seed <n>', 'seed of the VMs’ boot times', wholeNumber(0, 2 ** 31), 1)
  .option('--keep', 'go on with the storage of the last run', false)
  .option('--port <n>', 'port of the functions; a free one if it is taken', wholeNumber(0, 65_535), 7071)
  .addOption(
    new Option('--host <host>', 'what runs the functions').choices(['local', 'func']).default('local'),
  )
  .addOption(folderOption)
  .action(async ({ boot, ...options }: Omit<BoxOptions, 'bootSeconds'> & { boot: number; once: boolean }) => {
    console.log('rouse: opening a world in a box …');
    process.exitCode = (await start({ ...options, bootSeconds: boot })) ? 0 : 1;
  });

program
  .command('put')
  .description('put a file into the data container of the running world')
  .argument('<file>')
  .option('--action <action>', 'what is to be done with it')
  .option('--name <name>', 'its name in data; default: the file’s own')
  .option('--priority <n>', '0 (first) to 9', wholeNumber(0, 9))
  .addOption(folderOption)
  .action(
    async (file: string, options: { action?: string; name?: string; priority?: number; folder: string }) => {
      const connection = await connectToRunning(options.folder);
      const fileName = options.name ?? basename(file);
      const metadata = {
        ...(options.action !== undefined && { action: options.action }),
        ...(options.priority !== undefined && { priority: String(options.priority) }),
      };
      const path = fromHere(file);
      const { size } = statSync(path);
      await putFile(connection, {
        fileName,
        body: createReadStream(path),
        metadata,
        sizeBytes: size,
        ifAbsent: false,
      });
      console.log(
        `${fileName} (${size} bytes) is in data; "npm run show -- tbllog" tells what becomes of it`,
      );
    },
  );

program
  .command('show')
  .description('print a table of the running world, newest first')
  .addArgument(new Argument('<table>').choices(shownTables))
  .option('--limit <n>', 'rows', wholeNumber(1, 100_000), 50)
  .option('--json', 'one JSON object a line, with all columns', false)
  .option('--correlation <id>', 'of tbllog: only what is about the call that was answered with this id')
  .addOption(folderOption)
  .action(async (table: ShownTable, options: Shown & InFolder) => {
    console.log(await show(await connectToRunning(options.folder), table, options));
  });

program
  .command('token')
  .description('print a token of a VM of the running world, as its agent gets one: whoever has it is that VM')
  .argument('<vm>', 'its name')
  .option('--audience <name>', 'whom it is for', callerAudience)
  .addOption(folderOption)
  .action(async (vmName: string, { audience, folder }: { audience: string } & InFolder) => {
    console.log(await tokenOf(vmName, audience, folder));
  });

program
  .command('job')
  .description('show a job of the running world, or give an order of it')
  .argument('<id>', 'its job id, as "jobs" prints it')
  .addArgument(new Argument('[order]').choices(orderVerbs))
  .argument('[vm]', 'the VM that an assignment names')
  .addOption(folderOption)
  .action(
    async (id: string, order: OrderVerb | undefined, vmName: string | undefined, { folder }: InFolder) => {
      const path = [id, ...(order ? [order] : [])];
      console.log(jobText(await askJobs(folder, path, { vmName }, order ? 'POST' : 'GET')));
    },
  );

program
  .command('drain')
  .description('give a VM of the running world nothing more; it works off its files, stops and stays so')
  .argument('<vm>', 'its name')
  .option('--end', 'let it have files again', false)
  .addOption(folderOption)
  .action(async (vmName: string, { end, folder }: { end: boolean } & InFolder) => {
    console.log(await drain(await connectToRunning(folder), vmName, !end));
  });

program
  .command('jobs')
  .description('find jobs of the running world, by at least one of the first four')
  .option('--file <name>', 'every version of a file')
  .addOption(new Option('--state <state>').choices(Object.keys(jobPlaces)))
  .option('--vm <name>', 'what a VM has now, or, with a state, what is or was on it')
  .option('--root <id>', 'the steps that came from one file, by the id of the first')
  .option('--count <n>', 'jobs looked at', wholeNumber(1, 200), 50)
  .option('--continuation <text>', 'go on after a page')
  .addOption(folderOption)
  .action(async ({ file: fileName, vm: vmName, folder, ...query }: Record<string, string> & InFolder) => {
    console.log(jobsText(await askJobs(folder, [], { fileName, vmName, ...query }, 'GET')));
  });

program
  .command('setup')
  .description(
    'create containers, queues and tables in an existing account, as whoever is signed in; again is fine',
  )
  .option(
    '--account <name>',
    `the storage account, where the environment does not name it (${connectionName}__accountName)`,
  )
  .action(async ({ account }: { account?: string }) => {
    const named = account === undefined ? {} : { [`${connectionName}__accountName`]: account };
    const { storage, names } = parseStorageSettings({ ...process.env, ...named });
    console.log(`rouse: setting up ${storage.blobUrl} …`);
    await setUp(connectStorage({ ...storage, names }), (line) => console.log(line)).catch((error: Error) => {
      const hint = 'sign in first (az login), as somebody who may write blobs, queues and tables there';
      throw new Error(`${error.message}\n       ${hint}`, { cause: error });
    });
  });

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 3600) return value;
  throw new InvalidArgumentError('It must be a number of seconds from 0 to 3600.');
}

program.parseAsync().catch((error: Error) => {
  console.error(`rouse: ${error.message}`);
  process.exitCode = 1;
});
