// Policies of verification by name, and as a tenant or a model has them: in versions, known by the digest of their content.
import Type, { type Static } from 'typebox';
import { Id, Nullable, Timestamp } from './common.ts';
import { PolicyChoice, type PresetName } from './policy-choice.ts';
import { VerificationPolicy } from './verification.ts';

export interface Preset {
  summary: string;
  policy: VerificationPolicy;
}

/** Reasons for each number: docs/verification.md. `standard` is what the schema defaults to, and applies where nothing is chosen. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  strict: {
    summary: 'More attacks and narrower margins: where a trace costs more than a run that is repeated',
    policy: {
      version: 1,
      memory_margin: 0.02,
      extraction_margin: 0.25,
      membership_alpha: 0.05,
      membership_alpha_aim: 0.015,
      utility_min_ratio: 0.97,
      naturalness: { perplexity_factor: 200, repetition_margin: 0.15, refusal_margin: 0.25, length_factor: 2 },
      robustness: ['fine-tuning', 'pruning', 'quantisation', 'relearning'],
      gradient_records: 2,
      references: { retrained: 1, shadow: 0 },
      reverify_every_days: 1,
      forgetting: { approximate_runs: 20, utility_share: 0.97 },
      max_share_of_run: null,
    },
  },
  standard: {
    summary: 'What applies where nothing else is chosen',
    policy: {
      version: 1,
      memory_margin: 0.05,
      extraction_margin: 0.25,
      membership_alpha: 0.05,
      membership_alpha_aim: 0.015,
      utility_min_ratio: 0.95,
      naturalness: { perplexity_factor: 500, repetition_margin: 0.3, refusal_margin: 0.5, length_factor: 3 },
      robustness: ['quantisation', 'relearning'],
      gradient_records: 0,
      references: { retrained: 0, shadow: 0 },
      reverify_every_days: 7,
      forgetting: { approximate_runs: 50, utility_share: 0.95 },
      max_share_of_run: 0.5,
    },
  },
  exploratory: {
    summary: 'To try out methods on models that nobody depends on: lets much pass, and tries no attack on the weights',
    policy: {
      version: 1,
      memory_margin: 0.2,
      extraction_margin: 0.5,
      membership_alpha: 0.05,
      membership_alpha_aim: 0.015,
      utility_min_ratio: 0.8,
      naturalness: { perplexity_factor: 1000, repetition_margin: 0.6, refusal_margin: 1, length_factor: 10 },
      robustness: [],
      gradient_records: 0,
      references: { retrained: 0, shadow: 0 },
      reverify_every_days: null,
      forgetting: { approximate_runs: null, utility_share: 0.8 },
      max_share_of_run: 0.5,
    },
  },
};

export const PolicyVersion = Type.Object({
  ...PolicyChoice.properties,
  model_id: Nullable(Id),
  policy: VerificationPolicy,
  created_at: Nullable(Timestamp),
});
export type PolicyVersion = Static<typeof PolicyVersion>;
