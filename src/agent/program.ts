import { Command, Option } from 'commander';
import { AppError } from '../core/errors.ts';
import { searchFor } from '../core/search.ts';
import type { AgentConfig } from './config.ts';
import { type Connected, connectAgent } from './connect.ts';
import { type Done, reportDone } from './done.ts';
import { mustBeRoot } from './guest-user.ts';
import { heldFolderIn } from './held.ts';
import { help } from './help.ts';
import { holdOn } from './hold.ts';
import { loadConfig } from './load-config.ts';
import { runAgent } from './loop.ts';
import { handOut } from './next.ts';

const nothingExitCode = 3;

const flushMsMax = 1000;

/** The agent's command line. Its commands end early when `stop` fires, set the exit code, and throw `AppError`s. */
export function agentProgram(stop: AbortSignal): Command {
  const program = new Command('rouse-agent')
    .description('Runs on a VM of the pool: claims its files, runs the guest programs on them, reports.')
    .addOption(new Option('-c, --config <path>', 'configuration file (JSON)').env('ROUSE_AGENT_CONFIG'))
    .addHelpText('after', help);

  /** A command with its configuration read; its journal is flushed at the end, however it ends. */
  async function open<T>(
    use: (connected: Connected, config: AgentConfig) => Promise<T>,
    toConfig: (config: AgentConfig) => AgentConfig = (config) => config,
  ): Promise<T> {
    const config = toConfig(await loadConfig(program.opts<{ config?: string }>().config, process.env));
    const connected = connectAgent(config);
    try {
      return await use(connected, config);
    } finally {
      await connected.journal.flush(flushMsMax);
    }
  }
  /** The same for the commands that keep what they hand out in a folder of its own; what becomes of it is the script's affair. */
  const openHeld = <T>(use: (connected: Connected, config: AgentConfig) => Promise<T>): Promise<T> =>
    open(use, (config) => ({
      ...config,
      workFolder: heldFolderIn(config.workFolder),
      guestUser: undefined,
    }));

  program
    .command('run', { isDefault: true })
    .description('claim, work and report, until it is told to end (the default)')
    .action(() =>
      open(async ({ world }, config) => {
        if (config.guests.size === 0 && !config.otherGuest)
          throw new AppError(
            'bad_input',
            'guests: no guest program, so there is nothing that this VM can do',
          );
        if (config.guestUser) mustBeRoot();
        await runAgent(config, stop, world);
      }),
    );
  program
    .command('next')
    .description("claim and download this VM's file and print it as one JSON line")
    .action(() =>
      openHeld(async ({ world }, config) => {
        const held = await handOut(config.workFolder, config, stop, world);
        if (held) await print({ path: held.path, ...held.claim, metadata: held.metadata });
        else process.exitCode = nothingExitCode;
      }),
    );
  program
    .command('hold')
    .description('renew the lease of the file that "next" handed out, until it is done')
    .action(() => openHeld(({ world }, config) => holdOn(config.workFolder, config, stop, world)));
  program
    .command('done')
    .description('report the file that "next" handed out and print the answer')
    .argument('<file>', 'its file name, as "next" printed it')
    .option('--result <path>', 'upload this file as its result')
    .option('--next <action>', 'hand the result on to this action, as a new file')
    .option('--failed <why>', 'report that it failed')
    .option('--permanent', 'with --failed: no further run can mend that')
    .action((fileName: string, options: Omit<Done, 'fileName'>) =>
      openHeld(async ({ world }, config) => {
        await print(await reportDone({ fileName, ...options }, config.workFolder, config, stop, world));
      }),
    );
  program
    .command('search')
    .description("find this VM's message in the queue, for scripts that take messages, and print it")
    .option('--remove', 'delete it from the queue')
    .action(({ remove }: { remove?: boolean }) =>
      open(async ({ storage }, config) => {
        const found = await searchFor(config.vmName, storage);
        if (!found) {
          process.exitCode = nothingExitCode;
          return;
        }
        const { messageId, popReceipt } = found.received;
        if (remove) await storage.remove(found.received);
        await print({ ...found.work, ...(remove ? {} : { messageId, popReceipt }) });
      }),
    );
  return program;
}

/** Prints one JSON line, and waits until it is out: the process may end right after. */
async function print(value: object): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(`${JSON.stringify(value)}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
