// One task in a process of its own. What is kept of earlier people reaches the stages as in the service: sealed, with a key beside it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReporter } from '../../src/compute/progress.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { verifyStage } from '../../src/compute/verify-stage.ts';
import { readRecords } from '../../src/corpora/records.ts';
import { KEPT_RECORDS, type KeptProbes } from '../../src/domain/kept-probes.ts';
import { sampleRows, seedFrom } from '../../src/domain/random.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import { handOver } from '../../src/evidence/handed-over.ts';
import { attempt } from '../shared/attempt.ts';
import { withEngine } from '../shared/engine.ts';
import { serveTask } from '../shared/work.ts';
import type { Earlier, Results, Task } from './task.ts';

/** A sample of each person's records, as the service keeps it. */
async function kept(earlier: readonly Earlier[], corpora: Record<string, string>): Promise<KeptProbes[]> {
  const sampled = earlier.map(({ person, rows }) => ({
    person,
    rows: sampleRows(rows, KEPT_RECORDS, seedFrom(`kept/${person}`)),
  }));
  const ordinals = new Set(sampled.flatMap(({ rows }) => rows.map(({ ordinal }) => ordinal)));
  const records = new Map<number, TrainingRecord>();
  for await (const { ordinal, ...record } of readRecords(corpora.train!, ordinals)) records.set(ordinal, record);
  return sampled.map(({ person, rows }) => ({
    person,
    records: rows.map(({ ordinal }, i) => ({ ...records.get(ordinal)!, id: String(i) })),
  }));
}

/** Runs a stage with what is kept of earlier people, in a folder that does not outlive it. */
async function withEarlier<T>(
  { job, earlier }: { job: { corpora: Record<string, string> }; earlier: readonly Earlier[] },
  use: (probes: Awaited<ReturnType<typeof handOver>> | null) => Promise<T>,
): Promise<T> {
  if (earlier.length === 0) return use(null);
  const folder = await mkdtemp(join(tmpdir(), 'expunge-sequence-'));
  try {
    return await use(await handOver(folder, await kept(earlier, job.corpora)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function verify(task: Extract<Task, { kind: 'verify' }>): Promise<Results['verify']> {
  const counts = { requests: task.earlier.length, reverified_requests: task.earlier.length };
  return withEarlier(task, async (probes) => {
    const earlier = { ...counts, unobservable_requests: 0, unobservable_since: null, probes };
    const job = probes === null ? task.job : { ...task.job, earlier };
    const context = { reporter: createReporter(() => undefined), signal: new AbortController().signal };
    const { report } = await withEngine(job, (engine) => verifyStage(job, { ...context, engine }));
    const { distributions: _, ...rest } = report;
    return rest;
  });
}

function perform(task: Task): Promise<Results[keyof Results]> {
  switch (task.kind) {
    case 'train':
      return trainModel(task.options, { progress: () => undefined });
    case 'unlearn':
      return withEarlier(task, (probes) => attempt(probes === null ? task.job : { ...task.job, earlier: { probes } }));
    case 'verify':
      return verify(task);
  }
}

await serveTask(perform);
