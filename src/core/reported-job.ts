import { AppError } from './errors.ts';
import { isVersionOf, type Job } from './job.ts';
import type { Report } from './report.ts';
import { sameName, type Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * The job that a report is about. With a job id, that job, if the VM has it or had it. Without, the one entry of the VM's
 * row that is a version of the file; undefined if there is none. What was listed after the call came (`calledAt`, ms since the
 * epoch) is nothing that it could speak of.
 */
export async function reportedJob(
  report: Report,
  vm: Vm,
  calledAt: number,
  world: World,
): Promise<Job | undefined> {
  if (report.jobId === undefined) return listedJob(report.fileName ?? '', vm, calledAt, world);

  const job = await world.jobs.read(report.jobId);
  const attempt = report.attempt ?? job?.attempt;
  const had =
    job && [job, ...job.history].some((line) => sameName(line.vmName, vm.name) && line.attempt === attempt);
  if (!had)
    throw new AppError(
      'not_yours',
      `${vm.name} was never given job ${report.jobId}, attempt ${report.attempt}`,
    );
  if (report.fileName !== undefined && report.fileName !== job.fileName)
    throw new AppError('bad_input', `job ${job.id} is not about the file that fileName names`);
  return job;
}

async function listedJob(fileName: string, vm: Vm, calledAt: number, world: World): Promise<Job | undefined> {
  const entries = vm.files.filter((entry) => entry.at <= calledAt && isVersionOf(entry.jobId, fileName));
  const jobs: Job[] = [];
  for (const entry of entries) {
    const job = await world.jobs.read(entry.jobId);
    if (job && sameName(job.vmName, vm.name) && job.attempt === entry.attempt) jobs.push(job);
  }
  if (jobs.length > 1)
    throw new AppError(
      'ambiguous',
      `${vm.name} has two versions of this file: report with jobId and attempt`,
    );
  return jobs[0];
}
