// The border between the worker and its compute process: messages in both directions: ids and paths, the prompts of a
// completion, and the key of what is kept of people forgotten before, which lies on no disk.

import type { EarlierCounts } from './before.ts';
import type { Ended } from './ended.ts';
import type { InfluenceFindings, InfluenceOptions, InfluenceQuery, InfluentialRecord } from './influence.ts';
import type { SetRow } from './record.ts';
import type { ReferencesUsed } from './references.ts';
import type { Attempt, CurvePoint, MethodChoice, RunProgress } from './resources.ts';
import type { UnusualPerson } from './suspicion.ts';
import type { Baseline, VerificationPolicy, VerificationReport } from './verification.ts';
import type { VerificationPlan } from './verification-cost.ts';

/** Written to a file beside the job, since sets may be long. */
export interface SetsFile {
  forget: SetRow[];
  retain: SetRow[];
  /** Half of the holdout people, for the stop rule. */
  calibration: SetRow[];
  /** The other half, seen by verification alone. */
  holdout: SetRow[];
  /** Records of people who are restricted now: trained on and measured by nobody, and not forgotten. Absent: there are none. */
  restricted?: SetRow[];
  /** Facts and general text that the model should do as well on as it did; absent: none are given. */
  world?: SetRow[];
}

interface JobBase {
  run_id: string;
  /** Corpus id -> path of its stored file. */
  corpora: Record<string, string>;
  sets_file: string;
  parent_dir: string;
  seed: number;
  threads: number;
  backend: string;
  /** Seconds after which the job gives up by itself. */
  time_limit_seconds: number;
}
/** 0 or left out: that is not looked at. */
export interface UnusualLimits {
  /** Times what nearly all retained records cost (`unusual-records.ts`). */
  loss?: number;
  /** Times the gradient of nearly all others (`unusual-records.ts`). */
  gradient?: number;
  /** Sets of as many people, of which one may be as dear to a model in shards (`shard-spread.ts`). */
  spread?: number;
}
/** What a candidate's weights are stored as: all float32, or each tensor as its parent's file has it. */
export type WeightTypes = 'float32' | 'original';

export interface UnlearnJob extends JobBase {
  stage: 'unlearn';
  method: MethodChoice;
  /** Empty folder that the candidate is written to, in the parent's layout. */
  out_dir: string;
  weight_types: WeightTypes;
  /** A training that would take more is refused; null: no limit. */
  memory_budget_bytes: number | null;
  /** Folder of the checkpoint that the recipe starts from; null: none is needed, or it is not kept here. */
  base_dir: string | null;
  /** From which on people are unusual, before anything is unlearned; left out: nobody is looked at. */
  watch?: UnusualLimits;
  /** Which start of the recipe `retrain` takes: left out its own, 1 the first other one, and so on. */
  start?: number;
  /** Whom earlier runs forgot and who must not come back by this one; left out where nobody may be looked at, or the method never sees them. */
  earlier?: Pick<EarlierJob, 'probes'>;
}
/** People of earlier runs, as a verification is told of them. */
export interface EarlierJob extends EarlierCounts {
  /** What is kept of those who are looked at again, sealed, and what opens it; null where there is nobody. */
  probes: { file: string; key: Uint8Array } | null;
}
export interface VerifyJob extends JobBase {
  stage: 'verify';
  candidate_dir: string;
  policy: VerificationPolicy;
  /** The candidate was trained without the forgotten: there is nothing that it could have pushed away. */
  exact: boolean;
  /** Folders of checkpoints that were retrained without the forgotten, where there are some: the candidate is held against them as well. */
  reference_dirs?: string[];
  /** Files of what shadow models scored. */
  shadow_files?: string[];
  /** What became of those that the policy asks for; absent: it asks for none. */
  references?: ReferencesUsed;
  /** What there is time for; left out: all that the policy asks for. */
  plan?: VerificationPlan;
  /** Everybody forgotten before; left out where there is nobody. */
  earlier?: EarlierJob;
  /** They are all that it is about: nobody is compared but they and people never seen, under the candidate alone. */
  again?: true;
  /** What an exact candidate is held against where the parent has more; null: the parent alone. */
  baseline: Baseline | null;
}
/** A model by the parent's recipe, on what is retained. */
export interface ReferenceJob extends JobBase {
  stage: 'reference';
  /** Which one, from 0: later ones have other seeds. */
  index: number;
  out_dir: string;
  weight_types: WeightTypes;
  memory_budget_bytes: number | null;
  base_dir: string | null;
}
/** A model that learns half of the compared people and has them unlearned; only what it makes of the compared rows is kept. */
export interface ShadowJob extends Omit<ReferenceJob, 'stage' | 'out_dir'> {
  stage: 'shadow';
  method: MethodChoice;
  /** Of its models, which are gone when it ends. */
  work_dir: string;
  scores_file: string;
}
export interface CompleteJob {
  stage: 'complete';
  checkpoint_dir: string;
  prompts: string[];
  max_new_tokens: number;
  threads: number;
  backend: string;
}
export interface InfluenceJob {
  stage: 'influence';
  checkpoint_dir: string;
  /** Train corpora of the model: id -> path of its stored file, and how many of its records the model was made with, but for lines that
   *  may not be read. */
  corpora: Record<string, { path: string; records: number; left_out: number[] }>;
  query: InfluenceQuery;
  /** Where the factors of EK-FAC are, or will be. */
  factors_file: string;
  options: InfluenceOptions;
  seed: number;
  threads: number;
  backend: string;
  time_limit_seconds: number;
}
export type ComputeJob = UnlearnJob | VerifyJob | ReferenceJob | ShadowJob | CompleteJob | InfluenceJob;

export interface UnlearnResult {
  stage: 'unlearn';
  curve: CurvePoint[];
  /** By phase. */
  seconds: Record<string, number>;
  steps: Record<string, number>;
  /** Of a method that forgets by steps. */
  ended?: Ended;
  planned_memory_bytes: number;
  peak_memory_bytes: number;
  /** Of a candidate that was trained from another start than the recipe's: which. */
  start?: number;
  /** Of a candidate with a certified last layer. */
  certified?: NonNullable<Attempt['certified']>;
  backend: string;
}
/** Nothing was made: some of whom it is to forget are unusual. */
export interface UnusualResult {
  stage: 'unusual';
  people: UnusualPerson[];
}
export interface VerifyResult {
  stage: 'verify';
  report: VerificationReport;
  /** Of a job with `again`: numbers of the people above a limit. */
  above?: number[];
  /** Of a verification that failed: numbers of the people who stand out, the worst first. They decide nothing. */
  standing_out?: number[];
  peak_memory_bytes: number;
}
export interface ReferenceResult {
  stage: 'reference' | 'shadow';
  seconds: number;
  peak_memory_bytes: number;
}
export interface CompleteResult {
  stage: 'complete';
  answers: string[];
}
/** A record's place, with the line that it stands in; who was erased is the store's to say. */
export type RankedRecord = Omit<InfluentialRecord, 'erased'> & { ordinal: number };
export interface InfluenceResult extends Omit<InfluenceFindings, 'ranking'> {
  stage: 'influence';
  ranking: RankedRecord[];
}
export type ComputeResult =
  | UnlearnResult
  | UnusualResult
  | VerifyResult
  | ReferenceResult
  | CompleteResult
  | InfluenceResult;

export type ToCompute = { type: 'start'; job: ComputeJob } | { type: 'cancel' };
export type FromCompute =
  | { type: 'ready' }
  /** Sent every second while the event loop turns, so between two steps at the latest. */
  | { type: 'alive' }
  | { type: 'progress'; progress: Omit<RunProgress, 'updated_at'>; point?: CurvePoint }
  | { type: 'result'; result: ComputeResult }
  | { type: 'error'; code: string; message: string };
