import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { wholeNumber } from '../../src/local/whole-number.ts';
import { describeProblems, summaryOf } from './report.ts';
import { runKill } from './run.ts';

/**
 * `npm run kill -- [--runs N] [--files N] [--vms N] [--seed S]`: N runs with the seeds from S on, each in a process of its own,
 * because a process has one world; the last of several waits for the watchdog to remove the last message, too. Exit code 1 if anything was wrong in any of them.
 */
const options = new Command('npm run kill --')
  .option('--runs <n>', 'runs, one after the other', wholeNumber(1, 10_000), 1)
  .option('--files <n>', 'files of each', wholeNumber(1, 100_000), 200)
  .option('--vms <n>', 'VMs of each', wholeNumber(1, 300), 10)
  .option('--seed <s>', "the first run's seed", wholeNumber(1, Number.MAX_SAFE_INTEGER), 1)
  .addOption(
    new Option('--patient', 'wait for the watchdog to remove the last message').default(false).hideHelp(),
  )
  .addOption(new Option('--here', 'one run, in this very process').default(false).hideHelp())
  .parse()
  .opts<{ runs: number; files: number; vms: number; seed: number; patient: boolean; here: boolean }>();
const { runs, files, vms, seed } = options;

/** About as long as the files take while harm is done. */
const chaosMs = Math.max(15_000, files * 275);
const drainMsMax = 120_000;

// Its children end with a process; what was stopped goes on first, which an end by the signal itself would leave out.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
process.exitCode = (options.here ? await runHere() : await runAll()) ? 0 : 1;

async function runHere(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), `rouse-kill-${seed}-`));
  const wrong = await runKill({
    folder,
    files,
    vms,
    seed,
    chaosMs,
    drainMsMax,
    isPatient: options.patient,
    report: console.log,
  }).then(
    (outcome) => {
      console.log(`seed ${seed}: ${summaryOf(outcome, files)}`);
      return describeProblems(outcome);
    },
    (error: Error) => `the run itself failed: ${error.message}\n${error.stack}`,
  );
  if (wrong === '') {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    return true;
  }
  console.log(wrong);
  console.log(`storage and logs are left in ${folder}`);
  console.log(`again: npm run kill -- --files ${files} --vms ${vms} --seed ${seed}`);
  return false;
}

async function runAll(): Promise<boolean> {
  const bad: number[] = [];
  for (let next = seed; next < seed + runs; next++) {
    const args = ['--here', '--files', `${files}`, '--vms', `${vms}`, '--seed', `${next}`];
    if (runs > 1 && next === seed + runs - 1) args.push('--patient');
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    if (code !== 0) bad.push(next);
    console.log(`${next - seed + 1 - bad.length} of ${next - seed + 1} runs without a problem`);
  }
  if (bad.length > 0) console.log(`problems with the seeds ${bad.join(', ')}`);
  return bad.length === 0;
}
