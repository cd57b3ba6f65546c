// A sequence of requests as a model’s line would go through it: batch by batch, each with its plan, its verification and its publication.
import { join } from 'node:path';
import { Value } from 'typebox/value';
import type { SetsFile } from '../../src/domain/compute.ts';
import { type ForgettingRun, forgettingLine, utilityOf } from '../../src/domain/forgetting.ts';
import { ForgettingBudget } from '../../src/domain/forgetting-budget.ts';
import { seedFrom } from '../../src/domain/random.ts';
import type { SetRow } from '../../src/domain/record.ts';
import { VerificationPolicy } from '../../src/domain/verification.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { baselineFrom } from '../../src/metrics/report.ts';
import { FIRST } from '../../src/runs/plan/auto.ts';
import type { Runner } from '../shared/work.ts';
import { REQUESTS, type Written } from './settings.ts';
import type { Earlier, Results, Task } from './task.ts';

/** How requests come, and whether earlier people are held while later ones are forgotten. */
export interface Variant {
  name: string;
  batch: number;
  held: boolean;
}

/** What of the plan is tried, in order: the ladder of the service for a small model with a recipe. */
const LADDER = [FIRST.name, 'retrain'] as const;
const TIME_LIMIT_SECONDS = 7200;
/** Attacks on the weights are reported and not judged: they would be half of what a run costs here. */
const POLICY = Value.Default(VerificationPolicy, { robustness: [] }) as VerificationPolicy;
const BUDGET = Value.Default(ForgettingBudget, {}) as ForgettingBudget;

export interface Ground {
  dir: string;
  written: Written;
  /** Checkpoint that everything starts from. */
  start: string;
  runner: Runner<Task, Results>;
  backend: string;
  threads: number;
  writeSets(name: string, sets: SetsFile): Promise<string>;
}

/** One published step, or what came of it when nothing passed. */
export interface Step {
  people: number[];
  /** What made the candidate that passed; null: none did, and the model stays as it was. */
  method: string | null;
  /** Each try: its verdict, or the code of what ended it. */
  tried: { method: string; verdict: string; reason: string }[];
  cpu_seconds: number;
  seconds: number;
  /** Recall on the retain set, under the candidate. */
  retain_recall: number | null;
  /** Of people forgotten by earlier steps: how many are above the limit of people never seen, and the verdict of them all. */
  earlier: { people: number; people_above: number; verdict: string | null } | null;
}

export interface Walked {
  variant: Variant;
  steps: Step[];
  consolidations: Step[];
  /** Everybody against the start, as if one run had forgotten them. */
  end: Results['verify'];
  /** The same people as later runs look at people forgotten before. */
  again: NonNullable<Results['verify']['before']>;
}

const rowsOf = (train: readonly SetRow[], people: ReadonlySet<number>) =>
  train.filter(({ person }) => people.has(person));

const retainRecall = ({ findings }: Results['verify']): number | null =>
  findings.find(({ metric, set }) => metric === 'rouge-l-recall' && set === 'retain')?.after ?? null;

interface Line {
  parent: string;
  erased: number[];
}

/** Everything that a variant's steps share. */
function createWalk(ground: Ground, { name, held }: Variant) {
  const { written, runner, backend, threads } = ground;
  const { train, strangers, corpora } = written;
  const all = new Set(train.map(({ person }) => person));
  const without = (people: readonly number[]) => all.difference(new Set(people));
  const base = { run_id: 'bench', corpora, backend, threads, time_limit_seconds: TIME_LIMIT_SECONDS };
  const earlierOf = (people: readonly number[]): Earlier[] =>
    people.map((person) => ({ person, rows: rowsOf(train, new Set([person])) }));
  /** The first report of a candidate made from the start: what exact candidates of later parents are held against. */
  let registered: Results['verify'] | null = null;

  async function setsFor(step: string, erased: readonly number[], people: readonly number[]) {
    const retain = rowsOf(train, without([...erased, ...people]));
    return ground.writeSets(`${name}/${step}`, { forget: rowsOf(train, new Set(people)), retain, ...strangers });
  }

  /** One method on one batch, verified; the outcomes of both processes. */
  async function attempt(step: string, method: string, line: Line, people: readonly number[]) {
    const sets_file = await setsFor(step, line.erased, people);
    const out_dir = join(ground.dir, name, `${step}-${method}`);
    const { kind, guarantee } = getMethod(method);
    const job = { ...base, sets_file, parent_dir: line.parent };
    const made = await runner.run(`${name}/${step}-${method}-unlearned`, {
      kind: 'unlearn',
      earlier: held && kind !== 'retrain' ? earlierOf(line.erased) : [],
      job: {
        ...{ ...job, stage: 'unlearn', out_dir, method: { name: method, params: fillParams(method, {}) } },
        ...{ seed: seedFrom(`unlearn/${name}/${step}/${method}`), weight_types: 'original' },
        ...{ memory_budget_bytes: null, base_dir: null },
      },
    });
    if (!made.ok) return { made, verified: null, out_dir };
    const [exact, begins] = [guarantee === 'exact', line.parent === ground.start];
    const verified = await runner.run(`${name}/${step}-${method}-verified`, {
      kind: 'verify',
      earlier: earlierOf(line.erased),
      job: {
        ...{ ...job, stage: 'verify', candidate_dir: out_dir, policy: POLICY, exact },
        baseline: exact && !begins ? baselineFrom(registered) : null,
        // the same seed asks the same retained records at every step
        seed: 1,
      },
    });
    if (begins && verified.ok) registered ??= verified.result;
    return { made, verified, out_dir };
  }
  return { attempt, earlierOf, setsFor, base };
}

type Walk = ReturnType<typeof createWalk>;
type Published = { step: Step; line: Line; report: Results['verify'] | null };

/** Works a batch through its ladder, as a run does. */
async function publish(
  walk: Walk,
  step: string,
  line: Line,
  people: readonly number[],
  ladder: readonly string[],
): Promise<Published> {
  const tried: Step['tried'] = [];
  let [cpu_seconds, seconds] = [0, 0];
  let last: Results['verify'] | null = null;
  const told = (method: string | null): Step => ({
    ...{ people: [...people], method, tried, cpu_seconds, seconds },
    retain_recall: last && retainRecall(last),
    earlier: last?.before
      ? { people: last.before.people, people_above: last.before.people_above, verdict: last.before.verdict }
      : null,
  });
  for (const method of ladder) {
    const { made, verified, out_dir } = await walk.attempt(step, method, line, people);
    cpu_seconds += made.cpu_seconds + (verified?.cpu_seconds ?? 0);
    seconds += made.seconds + (verified?.seconds ?? 0);
    if (!made.ok) tried.push({ method, verdict: made.code, reason: made.message });
    else if (!verified!.ok) tried.push({ method, verdict: verified!.code, reason: verified!.message });
    else {
      last = verified!.result;
      tried.push({ method, verdict: last.verdict, reason: last.reason });
      if (last.verdict === 'passed')
        return { step: told(method), line: { parent: out_dir, erased: [...line.erased, ...people] }, report: last };
    }
  }
  return { step: told(null), line, report: null };
}

/** What the ledger of forgetting would say of a step. */
const runOf = (step: Step, report: Results['verify']): ForgettingRun => ({
  ...{ run_id: 'bench', kind: 'deletion', checkpoint: 'bench', published_at: '' },
  ...{ method: step.method!, guarantee: getMethod(step.method!).guarantee, base_saw: false },
  ...{ requests: step.people.length, people: step.people.length, records: 0 },
  ...{ utility: utilityOf(report.findings), earlier: null },
});

export async function walk(ground: Ground, variant: Variant): Promise<Walked> {
  const own = createWalk(ground, variant);
  const [steps, consolidations]: [Step[], Step[]] = [[], []];
  const runs: ForgettingRun[] = [];
  let line: Line = { parent: ground.start, erased: [] };
  for (let from = 0; from < REQUESTS; from += variant.batch) {
    const people = Array.from({ length: variant.batch }, (_, i) => from + i);
    const done = await publish(own, String(from).padStart(2, '0'), line, people, LADDER);
    line = done.line;
    steps.push(done.step);
    if (done.report) runs.push(runOf(done.step, done.report));
    if (!forgettingLine(runs, { checkpoint: 'bench', at: '' }, BUDGET).budget.spent) continue;
    const anew = await publish(own, `${String(from).padStart(2, '0')}-consolidation`, line, [], ['retrain']);
    line = anew.line;
    consolidations.push(anew.step);
    if (anew.report) runs.push(runOf(anew.step, anew.report));
  }
  const looked = (again: boolean, sets_file: string) =>
    ground.runner.result(`${variant.name}/${again ? 'again' : 'end'}`, {
      kind: 'verify',
      earlier: again ? own.earlierOf(line.erased) : [],
      job: {
        ...{ ...own.base, stage: 'verify', sets_file, parent_dir: ground.start, candidate_dir: line.parent },
        ...{ policy: POLICY, baseline: null, seed: 1, exact: false },
        ...(again ? { again: true as const } : {}),
      },
    });
  const sets = await own.setsFor(
    'end',
    [],
    Array.from({ length: REQUESTS }, (_, i) => i),
  );
  const [end, { before }] = [await looked(false, sets), await looked(true, sets)];
  return { variant, steps, consolidations, end, again: before! };
}
