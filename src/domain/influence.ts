// An analysis of which training records shaped what a model says: what is asked, and what is answered.
import Type, { type Static } from 'typebox';
import { Digest, Id, Nullable, StringEnum, Timestamp } from './common.ts';

export const INFLUENCE_METHODS = ['tracin', 'cg', 'ekfac'] as const;
export const INFLUENCE_STATES = ['queued', 'running', 'done', 'failed'] as const;
export const INFLUENCE_ASKS = ['answer', 'subject', 'records'] as const;

/** How it is computed. */
export const InfluenceOptions = Type.Object({
  method: StringEnum(
    INFLUENCE_METHODS,
    'tracin: product of gradients (arXiv 2002.08484); cg: with the inverse Hessian between them (arXiv 1703.04730), by conjugate gradients; ekfac: the same for weights that map vectors, by EK-FAC (arXiv 2308.03296)',
    'tracin',
  ),
  checkpoints: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 1,
      description:
        'Of tracin: how many points of the training are looked at, evenly apart and the last at its end. More than 1 needs the log that expunge train --log-updates writes',
    }),
  ),
  top: Type.Integer({ minimum: 1, maximum: 1000, default: 20, description: 'Records that are listed' }),
  own_answers: Type.Boolean({
    default: false,
    description:
      'Ask about what the model itself says to the prompts of the records, and not about what the records say: how to see, after unlearning, whether they still rank. Not beside an answer',
  }),
  damping: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1000,
      description:
        'Added to the diagonal of the Hessian; cg raises it where the loss bends downwards. Left out: 0.1 for cg; for ekfac, of each weight, 0.1 times the mean of its squares, which are its eigenvalues',
    }),
  ),
  iterations: Type.Integer({
    minimum: 1,
    maximum: 200,
    default: 10,
    description: 'Conjugate-gradient steps of cg at most',
  }),
  curvature_rows: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: 256,
    description: 'Rows, drawn at random, that the curvature is measured on',
  }),
});
export type InfluenceOptions = Static<typeof InfluenceOptions>;

export const InfluentialRecord = Type.Object({
  rank: Type.Integer({ description: 'From 1' }),
  corpus_id: Id,
  record_id: Type.String(),
  score: Type.Number({
    description: 'Above 0: learning the record made the model say this; comparable within an analysis',
  }),
  queried: Type.Boolean({ description: 'The record is one that was asked about' }),
  erased: Type.Boolean({ description: 'An earlier run unlearned it' }),
});
export type InfluentialRecord = Static<typeof InfluentialRecord>;

export const InfluenceFindings = Type.Object({
  damping: Nullable(
    Type.Number({
      description:
        'What was added to the diagonal in the end; where ekfac chose it for each weight, the mean of these; null for tracin',
    }),
  ),
  steps: Type.Optional(
    Type.Array(Type.Integer(), {
      description: 'Of tracin at several checkpoints: after which steps of the training it looked',
    }),
  ),
  records: Type.Integer({
    description:
      'How many were ranked: all that the model was trained on, but for those of people whose processing is restricted',
  }),
  queried: Type.Integer({ description: 'How many of them were asked about' }),
  best_queried_rank: Nullable(Type.Integer({ description: 'The best place of one that was asked about' })),
  ranking: Type.Array(InfluentialRecord, { description: 'The highest first' }),
});
export type InfluenceFindings = Static<typeof InfluenceFindings>;

export const InfluenceAnalysis = Type.Object({
  id: Id,
  model_id: Id,
  checkpoint: Nullable(Type.Unsafe<string>({ ...Digest, description: 'The active one when the analysis began' })),
  asks: StringEnum(INFLUENCE_ASKS, 'What is asked about; the text of a question is deleted when the analysis ends'),
  options: InfluenceOptions,
  state: StringEnum(INFLUENCE_STATES),
  reason: Nullable(Type.String({ description: 'Why it failed' })),
  findings: Nullable(InfluenceFindings),
  created_at: Timestamp,
  started_at: Nullable(Timestamp),
  finished_at: Nullable(Timestamp),
  expires_at: Type.String({ format: 'date-time', description: 'When it is deleted, done or not' }),
});
export type InfluenceAnalysis = Static<typeof InfluenceAnalysis>;

/** What is asked about, as a compute process gets it: the text itself, or records by line or by id. */
export type InfluenceQuery =
  | { asks: 'answer'; prompt: string; answer: string | null }
  | { asks: 'subject'; rows: { corpus_id: string; ordinal: number }[] }
  | { asks: 'records'; record_ids: string[] };
