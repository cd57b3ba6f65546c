// Whole verifications of one, ten and a hundred forgotten people, and what share of a run one is.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { makePeople } from '../../examples/people.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { openAnyModel } from '../../src/compute/models.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile, UnlearnResult, VerifyResult } from '../../src/domain/compute.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';
import { VerificationPolicy } from '../../src/domain/verification.ts';
import type { MeasuredPart } from '../../src/domain/verification-cost.ts';
import { defaultParams } from '../../src/methods/index.ts';
import { NO_BASE } from '../../src/runs/base.ts';
import type { PlanFacts } from '../../src/runs/plan/facts.ts';
import { planRun } from '../../src/runs/plan/plan.ts';
import { median, timed } from '../shared/measure.ts';

/** As the demo's, in two of its five wordings: 10 records a person, and a model that knows them after a short training. */
const PEOPLE = { seed: 2026, people: 200, holdout: 160 };
const TEMPLATES = 2;
const MODEL = { architecture: 'gpt2', width: 128, layers: 2, heads: 4, vocabSize: 2048, seed: 1 };
const TRAINING = {
  ...{ learning_rate: 2e-3, batch_size: 32, steps: 800 },
  stop_when: { exact_memorization: 0.98, check_every: 100 },
};
export const FORGOTTEN = [1, 10, 100] as const;
const quiet = { progress: () => undefined, signal: new AbortController().signal };

export interface TotalResult {
  people: number;
  records: { forget: number; retain: number; holdout: number };
  /** Medians over the rounds; of the processor’s time too, which other work on the machine disturbs less. */
  seconds: number;
  cpu_seconds: number;
  parts: MeasuredPart[];
}
export interface ShareResult {
  people: number;
  policy: 'all measured' | 'standard';
  method: string;
  /** Of the processor’s time. */
  method_seconds: number;
  verifying_seconds: number;
  share: number;
  /** As the run itself would have measured it, by the clock. */
  clock_share: number;
  planned_share: number | null;
  left_out: string[];
}

interface Place {
  dir: string;
  threads: number;
}
const asked = ({ id }: UploadedAnswer): boolean => Number(id!.slice(-1)) < TEMPLATES;
const emailOf = ({ subjects }: UploadedAnswer): string => subjects![0]!.value!;

export async function openScene({ dir, threads }: Place) {
  const everything = makePeople(PEOPLE);
  const [train, holdout] = [everything.train.filter(asked), everything.holdout.filter(asked)];
  await mkdir(dir, { recursive: true });
  const corpora = { train: join(dir, 'train.ndjson'), holdout: join(dir, 'holdout.ndjson') };
  await writeFile(corpora.train, train.map(toLine).join(''));
  await writeFile(corpora.holdout, holdout.map(toLine).join(''));
  const people = [...new Set(train.map(emailOf))];
  const numbered = new Map(people.map((email, i) => [email, i]));
  const strangers = new Map([...new Set(holdout.map(emailOf))].map((email, i) => [email, people.length + i]));

  async function trained(): Promise<string> {
    // kept from one run to the next: training it takes longer than all that is measured
    const [out, file] = [`${dir}-parent`, join(dir, 'upload.ndjson')];
    if (existsSync(join(out, 'config.json'))) return out;
    await writeFile(file, train.map((record) => `${JSON.stringify(record)}\n`).join(''));
    await mkdir(out, { recursive: true });
    const given = { ...MODEL, train: file, holdout: null, out, options: TRAINING, backend: 'onnxruntime/cpu', threads };
    await trainModel(given, quiet);
    return out;
  }

  /** Sets of a run that forgets the first so many, in a file. */
  async function setsFor(count: number) {
    const row = (corpus_id: string, of: Map<string, number>) => (record: UploadedAnswer, ordinal: number) => ({
      ...{ corpus_id, ordinal, person: of.get(emailOf(record))! },
    });
    const known = train.map(row('train', numbered));
    const others = holdout.map(row('holdout', strangers));
    const sets: SetsFile = {
      forget: known.filter(({ person }) => person < count),
      retain: known.filter(({ person }) => person >= count),
      calibration: others.filter(({ person }) => person % 2 === 0),
      holdout: others.filter(({ person }) => person % 2 === 1),
    };
    const sets_file = join(dir, `sets-${count}.json`);
    await writeFile(sets_file, JSON.stringify(sets));
    const counts = { forget: sets.forget.length, retain: sets.retain.length, holdout: holdout.length };
    return { sets_file, counts };
  }
  const base = { run_id: 'bench', corpora, seed: 5, threads, backend: 'onnxruntime/cpu', time_limit_seconds: 3600 };
  return { dir, threads, trained, setsFor, base };
}
type Scene = Awaited<ReturnType<typeof openScene>>;

/** Something to verify: the first so many pushed away for a few steps. Whether it passes is not what is measured here. */
export async function candidateOf(scene: Scene, parent: string, count: number): Promise<string> {
  const { sets_file } = await scene.setsFor(count);
  const out_dir = join(scene.dir, 'candidate');
  const method = { name: 'npo', params: { ...defaultParams('npo'), max_steps: 40, repair_steps: 5 } };
  const job = { ...scene.base, stage: 'unlearn' as const, method, out_dir, sets_file, parent_dir: parent };
  await runComputeJob({ ...job, weight_types: 'float32', memory_budget_bytes: null, base_dir: null }, quiet);
  return out_dir;
}

const policyOf = (given: object) => Value.Default(VerificationPolicy, given) as VerificationPolicy;

/** All that the standard policy asks for, several times. */
export async function total(scene: Scene, at: { parent: string; candidate: string }, count: number, rounds: number) {
  const { sets_file } = await scene.setsFor(count);
  const found: VerifyResult['report'][] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const job = {
      ...{ ...scene.base, stage: 'verify' as const, sets_file, parent_dir: at.parent, candidate_dir: at.candidate },
      ...{ policy: policyOf({}), exact: false, baseline: null },
    };
    const { cpu_seconds, result } = await timed(() => runComputeJob(job, quiet));
    found.push((result as VerifyResult).report);
    cpu.push(cpu_seconds);
  }
  const last = found.at(-1)!;
  const parts = last.cost!.parts.map(({ part, units }) => ({
    ...{ part, units },
    seconds: median(found.map(({ cost }) => cost!.parts.find((one) => one.part === part)!.seconds)),
  }));
  const seconds = median(found.map((one) => one.seconds));
  return { people: count, records: last.records, seconds, cpu_seconds: median(cpu), parts } satisfies TotalResult;
}

async function factsOf(parent: string, counts: PlanFacts['counts'], given: Partial<PlanFacts>): Promise<PlanFacts> {
  const { architecture, config, recipe } = await openAnyModel(parent);
  return {
    ...{
      model: { architecture, config, recipe },
      has_recipe: true,
      base: NO_BASE,
      base_saw: false,
      base_saw_forgotten: false,
      has_slices: false,
      has_updates: false,
    },
    ...{ rows: { mean: 14, longest: 24, per_record: 1 }, counts, threads: 1, backend: null, past: [] },
    limits: { seconds: 86_400, memory_bytes: null, due_in_seconds: null },
    policy: policyOf({}),
    ...given,
  };
}

/** Method and verification of one run, as its worker would plan them: with no bound, then by the standard policy with what the first run took. */
export async function shares(scene: Scene, parent: string, count: number): Promise<ShareResult[]> {
  const { sets_file, counts } = await scene.setsFor(count);
  const job = { ...scene.base, sets_file, parent_dir: parent };
  const found: ShareResult[] = [];
  const past: PlanFacts['past'][number][] = [];
  for (const policy of ['all measured', 'standard'] as const) {
    const thresholds = policyOf(policy === 'standard' ? {} : { max_share_of_run: null });
    const facts = await factsOf(parent, counts, { threads: scene.threads, past, policy: thresholds });
    const [step] = planRun({ name: 'stand-in', params: {} }, facts);
    const method = { name: step!.name, params: { ...defaultParams(step!.name), ...step!.params } };
    const out_dir = join(scene.dir, `candidate-${count}-${policy.replace(' ', '-')}`);
    const unlearn = { ...job, stage: 'unlearn' as const, method, out_dir, weight_types: 'float32' as const };
    const made = await timed(() => runComputeJob({ ...unlearn, memory_budget_bytes: null, base_dir: null }, quiet));
    const { seconds, steps } = made.result as UnlearnResult;
    const { verification: plan } = step!.estimate!;
    const verify = { ...job, stage: 'verify' as const, candidate_dir: out_dir, policy: thresholds, plan: plan! };
    const verified = await timed(() => runComputeJob({ ...verify, exact: false, baseline: null }, quiet));
    const { report } = verified.result as VerifyResult;
    const shareOf = (one: number, other: number) => one / (one + other);
    const byClock = Object.values(seconds).reduce((sum, one) => sum + one, 0);
    found.push({
      ...{ people: count, policy, method: method.name },
      ...{ method_seconds: made.cpu_seconds, verifying_seconds: verified.cpu_seconds },
      share: shareOf(verified.cpu_seconds, made.cpu_seconds),
      clock_share: shareOf(report.seconds, byClock),
      planned_share: plan?.share_of_run ?? null,
      left_out: report.left_out!.map(({ part, done }) => `${part} ${done}`),
    });
    const attempt = {
      ...{ method, seed: 5, candidate: null, verdict: report.verdict, reason: report.reason, peak_memory_bytes: null },
      seconds: { ...seconds, verifying: report.seconds },
      ...{ steps, verification: { extent: report.cost!.extent, parts: report.cost!.parts } },
    };
    const { forget: forget_records, retain: retain_records, holdout: holdout_records } = counts;
    past.push({ attempt, counts: { forget_records, retain_records, holdout_records } });
  }
  return found;
}
