// What a verification computes, part by part, counted before anything runs.
import type { Architecture } from '../../domain/architecture.ts';
import type { RobustnessName } from '../../domain/robustness.ts';
import { ANSWERED, ATTACKED, GRADIENT_WEIGHTS, PROBED, RETAIN_ROWS } from '../../domain/sample-sizes.ts';
import { TRAIN_ALL } from '../../domain/trainable.ts';
import type { Extent } from '../../domain/verification-cost.ts';
import { COSTS } from '../../metrics/costs.ts';
import { countParameters } from '../../training/memory-plan.ts';
import { SMALL_MODEL } from '../../training/robustness/course.ts';
import { SCORED_ROWS } from '../../training/scoring.ts';
import { type KnownFacts, rowCounts, type SetCounts, sizesOf } from './facts.ts';

/** Floating-point operations, calls of a compiled graph, and graphs that are compiled. */
export interface PartWork {
  operations: number;
  calls: number;
  graphs: number;
}
/** By part: a pass of the registry, or an attack on the weights. */
export type VerificationWork = Readonly<Record<string, PartWork>>;

/** An answer is written token by token, so that a token costs many times what it costs in a batch. */
const WRITING = 5;
/** Graphs that rows of usual lengths need: for scores; for answers, whose caches grow; for a training step, each as good as three. */
const GRAPHS = { scores: 6, answers: 8, training: 9 };
/** Points of the curves that have one for each change of the weights, and looks at a course of training. */
const POINTS = { quantisation: 3, pruning: 4 };
const COURSE = { steps: 20, rows: 16, looks: 4 };
/** Courses of relearning, where few are forgotten; one of fine-tuning. */
const COURSES = { relearning: 4, 'fine-tuning': 1 };
/** Operations of training for each weight and token, times those of a pass forward. */
const TRAINING = 3;

interface Scene {
  /** Of a pass forward over a row. */
  perRow: number;
  /** Tokens of an answer, about half of a row. */
  answer: number;
  rows: { forget: number; retain: number; holdout: number };
  /** Calls of a training step: of a large model it is taken in parts. */
  stepCalls: number;
}

const scored = (rows: number, { perRow }: Scene, graphs = 0): PartWork => ({
  ...{ operations: rows * perRow, calls: 2 * Math.ceil(rows / SCORED_ROWS), graphs },
});
const written = (answers: number, { perRow, answer }: Scene, graphs = 0): PartWork => ({
  operations: answers * WRITING * perRow,
  calls: answer * Math.ceil(answers / SCORED_ROWS),
  graphs,
});

function attackWork(name: RobustnessName, people: number, scene: Scene): PartWork {
  const { forget, holdout } = scene.rows;
  const asked = Math.min(people * ATTACKED.each, forget) + Math.min(people * ATTACKED.each, holdout);
  if (name === 'quantisation' || name === 'pruning') return scored(POINTS[name] * asked, scene, GRAPHS.scores);
  const courses = COURSES[name];
  const looked = name === 'relearning' ? Math.min(asked, Math.min(people * ATTACKED.each, forget) / 2) : asked;
  const looks = scored(courses * COURSE.looks * looked, scene, GRAPHS.scores + GRAPHS.training);
  const steps = courses * COURSE.steps;
  return {
    operations: looks.operations + TRAINING * steps * COURSE.rows * scene.perRow,
    calls: looks.calls + scene.stepCalls * steps,
    graphs: looks.graphs,
  };
}

function sceneOf(facts: KnownFacts, counts: SetCounts): Scene {
  const { mean, per_record } = sizesOf(facts);
  const { forget, retain, holdout } = rowCounts(counts, { per_record });
  const { total } = countParameters({ ...facts.model, trains: TRAIN_ALL });
  const rows = { forget, retain: Math.min(retain, RETAIN_ROWS), holdout };
  const stepCalls = total > SMALL_MODEL ? 5 : 1;
  return { perRow: 2 * total * mean, answer: Math.max(1, mean / 2), rows, stepCalls };
}

/** A backward pass a record: of so many of each person, forgotten or never seen, under both checkpoints. */
function gradientWork(facts: KnownFacts, counts: SetCounts, { perRow, rows }: Scene): VerificationWork {
  const each = facts.policy.gradient_records ?? 0;
  const { total } = countParameters({ ...facts.model, trains: TRAIN_ALL });
  if (each === 0 || total > GRADIENT_WEIGHTS) return {};
  // people never seen are taken to have as many records as those to be forgotten
  const records = counts.people ? counts.forget / counts.people : ANSWERED.each;
  const of = (all: number, set: number) => Math.min(all, Math.ceil((each * set) / Math.max(1, records)));
  const units = 2 * (of(rows.forget, counts.forget) + of(rows.holdout, counts.holdout / 2));
  const work = { operations: units * TRAINING * perRow, calls: units, graphs: GRAPHS.training };
  return { [COSTS.gradients.pass]: work };
}

/** Of the parts that an extent has. */
export function verificationWork(facts: KnownFacts, extent: Extent, counts = facts.counts): VerificationWork {
  const scene = sceneOf(facts, counts);
  const { forget, retain, holdout } = scene.rows;
  const attacks = Object.entries(extent.attacks)
    .filter(([, people]) => people > 0)
    .map(([name, people]) => [name, attackWork(name as RobustnessName, people, scene)] as const);
  const scores = {
    [COSTS.scores.pass]: scored(2 * (forget + retain + holdout), scene, GRAPHS.scores),
    ...gradientWork(facts, counts, scene),
  };
  if (facts.model.architecture.task === 'classification') return { ...scores, ...Object.fromEntries(attacks) };
  const most = (rows: number, limit: number) => Math.min(rows, limit);
  const answers = 2 * (most(forget, ANSWERED.most) + most(retain, ANSWERED.retained) + most(holdout, ANSWERED.most));
  const [own, others] = [most(forget, PROBED.people * PROBED.each), most(holdout, PROBED.people * PROBED.each)];
  // strangers are asked under the candidate alone
  const asked = 2 * own + others;
  const parts: Record<string, PartWork> = {
    ...scores,
    [COSTS.answers.pass]: written(answers, scene, GRAPHS.answers),
    [COSTS.otherAnswers.pass]: scored(2 * (own + others) * extent.other_answers, scene),
    [COSTS.wrappedPrompts.pass]: written(asked * extent.wrapped_prompts, scene, GRAPHS.answers / 2),
    [COSTS.samples.pass]: written(asked * extent.samples, scene, GRAPHS.answers / 2),
    [COSTS.judgedAnswers.pass]: scored(answers, scene),
    ...Object.fromEntries(attacks),
  };
  const none = (part: string, units: number) => units === 0 && delete parts[part];
  none(COSTS.otherAnswers.pass, extent.other_answers);
  none(COSTS.wrappedPrompts.pass, extent.wrapped_prompts);
  none(COSTS.samples.pass, extent.samples);
  return parts;
}

/** Layers of a language model, whose graphs grow with them; a classifier is taken for one of few. */
export function layersOf({ model: { architecture, config } }: KnownFacts): number {
  return architecture.task === 'classification' ? 2 : (architecture as Architecture).cacheShape(config).layers;
}

/** Rows that verification scores, under both checkpoints. */
export function scoredRows(facts: KnownFacts, counts = facts.counts): number {
  const { forget, retain, holdout } = sceneOf(facts, counts).rows;
  return 2 * (forget + retain + holdout);
}
