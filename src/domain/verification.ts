// The report of a verification and the policy that turns it into a verdict.
import Type, { type Static } from 'typebox';
import { EarlierCounts } from './before.ts';
import { Digest, Nullable, StringEnum } from './common.ts';
import { ScoreDistribution } from './distribution.ts';
import { ForgettingBudget } from './forgetting-budget.ts';
import { Interval } from './interval.ts';
import { PolicyChoice } from './policy-choice.ts';
import { ReferencesPolicy, ReferencesUsed } from './references.ts';
import { Retraining } from './retraining.ts';
import { ROBUSTNESS_ATTACKS, RobustnessCurve } from './robustness.ts';
import type { RowShadows } from './shadows.ts';
import { LeftOut, VerificationCost } from './verification-cost.ts';

export { Interval };
export const VERDICTS = ['passed', 'failed', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];
export const GUARANTEES = ['exact', 'certified', 'empirical'] as const;
export type Guarantee = (typeof GUARANTEES)[number];

/** How far the answers about somebody forgotten may lie beyond those about people never seen: gross differences alone fail. */
export const NaturalnessPolicy = Type.Object(
  {
    perplexity_factor: Type.Number({
      minimum: 1,
      default: 500,
      description: 'Perplexity of the answers under the parent: times the limit of people never seen',
    }),
    repetition_margin: Type.Number({
      ...{ minimum: 0, maximum: 1, default: 0.3 },
      description: 'Share of repeated sequences of four tokens: above the limit of people never seen',
    }),
    refusal_margin: Type.Number({
      ...{ minimum: 0, maximum: 1, default: 0.5 },
      description: 'Share of answers that refuse: above the limit of people never seen. 1: refusals are asked for',
    }),
    length_factor: Type.Number({
      minimum: 1,
      default: 3,
      description: 'Length of the answers: times the upper limit of people never seen, or that part of the lower one',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type NaturalnessPolicy = Static<typeof NaturalnessPolicy>;

/** Thresholds; every default is explained in docs/verification.md. */
export const VerificationPolicy = Type.Object(
  {
    version: Type.Literal(1, { default: 1 }),
    memory_margin: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.05,
      description: 'How far a memory metric of the forgotten may lie above the prediction limit of never-seen people',
    }),
    /** Absent in reports of before, which did not measure it. */
    extraction_margin: Type.Optional(
      Type.Number({
        ...{ minimum: 0, maximum: 1, default: 0.25 },
        description: 'The same for answers that are drawn out, of a sample: above the most that people never seen give',
      }),
    ),
    membership_alpha: Type.Number({
      exclusiveMinimum: 0,
      maximum: 0.5,
      default: 0.05,
      description:
        'Membership attacks fail the run when their two-sided p-value, by person, is below this, or below what membership_alpha_aim makes of it',
    }),
    membership_alpha_aim: Type.Optional(
      Type.Number({
        ...{ exclusiveMinimum: 0, maximum: 0.5, default: 0.015 },
        description:
          'The level that is aimed at: used where so many people never seen are compared that a p below it can come out; with fewer the least that can, and never more than membership_alpha. Absent: membership_alpha for any number',
      }),
    ),
    utility_min_ratio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.95,
      description:
        'Utility on the retain set, as a share of the parent checkpoint’s; for an exact candidate, of the registered one’s where that is lower',
    }),
    /** Absent in reports of before, which did not measure it. */
    naturalness: Type.Optional(NaturalnessPolicy),
    /** Absent in reports of before, which tried none. */
    robustness: Type.Optional(
      Type.Array(StringEnum(ROBUSTNESS_ATTACKS), {
        ...{ uniqueItems: true, default: ['quantisation', 'relearning'] },
        description: 'Attacks that try to bring back what was forgotten; reported, not judged',
      }),
    ),
    /** Absent in reports of before, which measured none. */
    gradient_records: Type.Optional(
      Type.Integer({
        ...{ minimum: 0, maximum: 10, default: 0 },
        description:
          'Records of each person whose gradient the attack `grad-norm` looks at, a backward pass each; 0: it is left out',
      }),
    ),
    /** Absent in reports of before, which trained none. */
    references: Type.Optional(ReferencesPolicy),
    /** Absent in policies of before, whose owners never asked for it: then it is as null. */
    reverify_every_days: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 365 }), Type.Null()], {
        default: 7,
        description:
          'Days after which the checkpoint in use is looked at again, as to everybody forgotten of whom something is kept. null: only when somebody asks',
      }),
    ),
    /** Absent in policies of before: then what it defaults to applies. */
    forgetting: Type.Optional(ForgettingBudget),
    /** Absent in reports of before, which measured all. */
    max_share_of_run: Type.Optional(
      Type.Union([Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), Type.Null()], {
        default: 0.5,
        description:
          'Of the time of a method and its verification, what the latter may take by the plan: the rest of what no verdict needs is shortened or left out, and named in the report. null: all is measured',
      }),
    ),
  },
  { additionalProperties: false, default: {} },
);
export type VerificationPolicy = Static<typeof VerificationPolicy>;

/** What an attack finds while it suspects few who were never seen. */
export const OperatingPoint = Type.Object({
  fpr: Type.Number({ description: 'Share of people never seen whom the attack may take for members' }),
  before: Nullable(Type.Number({ description: 'Share of the forgotten whom it finds under the parent' })),
  after: Nullable(
    Type.Number({ description: 'Under the candidate; null where there are fewer than 1 / fpr people never seen' }),
  ),
  interval: Nullable(Interval),
});
export type OperatingPoint = Static<typeof OperatingPoint>;

/** What so few people can show at all. */
export const Detectable = Type.Object({
  measure: StringEnum(['auc', 'value', 'ks-distance'] as const),
  value: Type.Number({ description: 'Smallest effect that would have been seen' }),
  power: Nullable(Type.Number({ description: 'How often it would have been; null: whenever it is as large' })),
  text: Type.String({ description: 'The same in words, with the number of people' }),
});
export type Detectable = Static<typeof Detectable>;

/** One measured number: of one set, before and after, with what it was held against. */
export const Finding = Type.Object({
  metric: Type.String({ description: 'Registered metric or attack' }),
  set: StringEnum(['forget', 'retain', 'holdout', 'neighbours', 'world', 'earlier'] as const),
  before: Nullable(Type.Number({ description: 'Value on the parent checkpoint' })),
  after: Nullable(Type.Number({ description: 'Value on the candidate checkpoint' })),
  interval: Nullable(Interval),
  p_value: Nullable(Type.Number({ description: 'That decides: of an attack, corrected for the number of attacks' })),
  p_uncorrected: Type.Optional(Type.Number({ description: 'Of this attack as if it were the only one' })),
  smallest_reachable_p: Nullable(Type.Number({ description: 'With so few people, no attack can show less' })),
  threshold: Nullable(Type.String({ description: 'The rule, in words and numbers; null when only reported' })),
  verdict: Nullable(StringEnum(VERDICTS)),
  note: Nullable(Type.String()),
  operating_points: Type.Optional(Type.Array(OperatingPoint)),
  detectable: Type.Optional(Nullable(Detectable)),
});
export type Finding = Static<typeof Finding>;

/** Of one class in one set: a share of few records would tell what they were, so these have none. */
const ClassShare = Type.Object({
  records: Type.Integer(),
  before: Type.Number({ description: 'Share that the parent checkpoint recognises' }),
  after: Type.Number({ description: 'Share that the candidate recognises' }),
});
export type ClassShare = Static<typeof ClassShare>;

const ClassAccuracy = Type.Object({
  class: Type.String({ description: 'Its name; its number where the model names no classes' }),
  forget: Nullable(ClassShare),
  retain: Nullable(ClassShare),
  holdout: Nullable(ClassShare),
});
export type ClassAccuracy = Static<typeof ClassAccuracy>;

/** People forgotten by earlier runs, who may come back with every later one. */
export const Before = Type.Object(
  {
    ...EarlierCounts.properties,
    people: Type.Integer({ description: 'People who were looked at again' }),
    records: Type.Integer({ description: 'Their records, or parts of records, that were scored' }),
    people_above: Type.Integer({ description: 'People above the limit of a memory metric' }),
    findings: Type.Array(Finding),
    verdict: Nullable(StringEnum(VERDICTS, 'Only `failed` decides about the run; null: nobody was looked at')),
    reason: Type.String({ description: 'Why, in one sentence' }),
  },
  { description: 'Everybody forgotten before; absent where there is nobody' },
);
export type Before = Static<typeof Before>;

const reported = {
  verdict: StringEnum(VERDICTS),
  reason: Type.String({ description: 'Why, in one sentence' }),
  policy: VerificationPolicy,
  /** Absent, like the choice, in reports of before. */
  policy_digest: Type.Optional(
    Type.Unsafe<string>({ ...Digest, description: 'SHA-256 over the RFC 8785 form of `policy`, as it was applied' }),
  ),
  policy_choice: Type.Optional(PolicyChoice),
  people: Type.Object({ forget: Type.Integer(), holdout: Type.Integer() }),
  records: Type.Object({ forget: Type.Integer(), retain: Type.Integer(), holdout: Type.Integer() }),
  findings: Type.Array(Finding),
  before: Type.Optional(Before),
  /** Absent in reports of before, which left nothing out. */
  left_out: Type.Optional(
    Type.Array(LeftOut, {
      description: 'What the policy asks for and there was no time for; nothing that a verdict needs',
    }),
  ),
  seconds: Type.Number(),
  verifier_version: Type.String(),
};
/** A verification as a certificate states it. */
export const CertifiedReport = Type.Object(reported);

export const VerificationReport = Type.Object({
  ...reported,
  classes: Type.Optional(
    Type.Array(ClassAccuracy, {
      description:
        'Of a classifier: accuracy by class, reported only; null where a set holds fewer than 5 records of it',
    }),
  ),
  /** Where the policy asks for models that are retrained without the forgotten. */
  references: Type.Optional(ReferencesUsed),
  /** Where there were such models. */
  retraining: Type.Optional(Retraining),
  robustness: Type.Optional(
    Type.Array(RobustnessCurve, { description: 'By attack on the weights: what came back; reported only' }),
  ),
  /** Absent in reports of before, which did not say. */
  cost: Type.Optional(VerificationCost),
  /** Absent in reports of before, which did not keep them. */
  distributions: Type.Optional(
    Type.Array(ScoreDistribution, { description: 'By attack: how scores are spread over people, for charts' }),
  ),
});
export type VerificationReport = Static<typeof VerificationReport>;

/** Values on the retain set by metric, under the checkpoint as it was registered. */
export type Baseline = Readonly<Record<string, number>>;

/**
 * What a model does with one record, measured once and shared by all metrics. Token arrays cover the answer
 * tokens in order, the end-of-text token last unless the row is cut; metrics say which of them they drop.
 */
export interface RowScore {
  /** Position of the record in its set. */
  index: number;
  /** Number of the person in the run; -1 for none. */
  person: number;
  /** log p(token | everything before it), nats. */
  logProbs: Float32Array;
  /** 1 where the most likely token is the true one. */
  correct: Uint8Array;
  /** Mean of log p under the model's own next-token distribution. */
  mu: Float32Array;
  /** Variance of log p under that distribution. */
  variance: Float32Array;
  /** Log p of the most likely token; absent where it was not looked at. */
  topLogProbs?: Float32Array;
  /** A piece of a plain text, which answers nothing. */
  plain?: boolean;
  /** The text goes on after it: its last token is one of the text, and no end. */
  cut?: true;
  /** Class that is the right one, of a classifier's record. */
  label?: number;
  /** Greedy answer to the prompt, and the true answer; absent where generation was not asked for. */
  generated?: string;
  reference?: string;
  /** Tokens of the greedy answer, without the one that ends it. */
  answerIds?: ArrayLike<number>;
  /** Their mean cost under the parent, nats, with that of the end where it ended by itself. */
  parentNll?: number;
  /** Of the record’s answer alone, where the row has more: log p of its tokens. */
  answerLogProbs?: Float32Array;
  /** Mean costs of other people’s answers in the place of the true one, nats; where some are known. */
  otherNlls?: number[];
  /** Answers to the prompt as it was wrapped, and answers that were sampled, with the true one; of a sample of the rows. */
  wrapped?: string[];
  sampled?: string[];
  truth?: string;
  /** Length of the true answer when it is compressed, bytes; of text alone. */
  zlibBytes?: number;
  /** What shadow models of either kind score; where there are enough. */
  shadows?: RowShadows;
  /** Mean over weight tensors of the gradient's norm; of the rows that it is asked of. */
  gradNorm?: number;
  /** Mean costs of the true answer under each model that was retrained without the forgotten, nats; where there are some. */
  referenceNlls?: number[];
  /** Standard deviation over all forgotten and never-seen records of the signals (metrics/interpolation.ts) that these costs give. */
  referenceSpread?: number;
}
