// recipe.json beside the weights: all that is needed to train the same model again.
import Type, { type Static } from 'typebox';
import { Digest, Nullable, StringEnum } from './common.ts';
import { TrainableOptions } from './trainable.ts';

export const TrainingOptions = Type.Object(
  {
    optimizer: Type.Literal('adamw', { default: 'adamw' }),
    learning_rate: Type.Number({ exclusiveMinimum: 0, default: 2e-3 }),
    beta1: Type.Number({ default: 0.9 }),
    beta2: Type.Number({ default: 0.98 }),
    weight_decay: Type.Number({ minimum: 0, default: 0.01 }),
    warmup_steps: Type.Integer({ minimum: 0, default: 50 }),
    schedule: StringEnum(['cosine', 'constant'] as const, 'Learning rate after the warm-up', 'cosine'),
    clip_norm: Type.Number({ exclusiveMinimum: 0, default: 1 }),
    batch_size: Type.Integer({ minimum: 1, default: 64 }),
    micro_batch: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Rows in memory at a time; absent: the whole batch' }),
    ),
    by_length: Type.Optional(
      Type.Boolean({ description: 'Batches of records of like length, by chance when false or absent' }),
    ),
    steps: Type.Integer({ minimum: 1, description: 'Upper bound; training also ends at stop_when' }),
    stop_when: Type.Optional(
      Type.Object({
        exact_memorization: Type.Number({ minimum: 0, maximum: 1 }),
        check_every: Type.Integer({ minimum: 1 }),
      }),
    ),
    /** Absent: all weights train. */
    trains: Type.Optional(TrainableOptions),
  },
  { additionalProperties: false },
);
export type TrainingOptions = Static<typeof TrainingOptions>;

/** What a certified last layer promises, and how it was trained for it. */
export const CertifiedOptions = Type.Object({
  epsilon: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1 }),
  // normal numbers of 48 bits have no tails that less could be said of
  delta: Type.Number({ minimum: 1e-9, maximum: 0.1, default: 1e-5 }),
  sigma: Type.Number({
    exclusiveMinimum: 0,
    default: 1,
    description: 'Of the random linear term, beside a sum of costs',
  }),
  lambda: Type.Number({ exclusiveMinimum: 0, default: 1e-3, description: 'Decay, for each record' }),
});
export type CertifiedOptions = Static<typeof CertifiedOptions>;

/** The state of a certified last layer (arXiv 1911.03030). */
export const CertifiedHead = Type.Object(
  {
    ...CertifiedOptions.properties,
    budget: Type.Number({ description: 'How long the gradient may be at most for this to hold' }),
    spent: Type.Number({ minimum: 0, description: 'How long it can be at most by now, rounded up' }),
    head: Type.Unsafe<string>({ ...Digest, description: 'Of the weights that this is true of' }),
    features: Type.Unsafe<string>({ ...Digest, description: 'Of all other weights' }),
    rows: Type.Unsafe<string>({
      ...Digest,
      description: 'Of what the layer saw of the records that it was trained on',
    }),
    features_changed: Type.Optional(
      Type.Literal(true, {
        description:
          'A method has changed the features since: the layer promises nothing, and nobody can train it again',
      }),
    ),
  },
  { additionalProperties: false },
);
export type CertifiedHead = Static<typeof CertifiedHead>;

const Seed = Type.Integer({ minimum: 0 });

/** A training in shards and slices: each shard starts alone and goes on slice by slice, by seeds that hang on no record. */
export const ShardsRecipe = Type.Object(
  {
    shards: Type.Array(
      Type.Object({
        /** Of its fresh weights or adapters. */
        init_seed: Seed,
        slices: Type.Array(Type.Object({ order_seed: Seed, steps: Type.Integer({ minimum: 1 }) }), { minItems: 1 }),
      }),
      { minItems: 2 },
    ),
  },
  { additionalProperties: false },
);
export type ShardsRecipe = Static<typeof ShardsRecipe>;

export const Recipe = Type.Object(
  {
    version: Type.Literal(1),
    trainer_version: Type.String(),
    architecture: Type.String(),
    init: Type.Object({
      seed: Type.Integer({ minimum: 0 }),
      base_checkpoint: Nullable(Digest),
    }),
    corpora: Type.Array(
      Type.Object({
        name: Type.String(),
        role: StringEnum(['train', 'holdout'] as const),
        digest: Digest,
        records: Type.Integer({ minimum: 0 }),
      }),
    ),
    /** Null: a classifier that takes no text, and has none. */
    tokenizer_digest: Nullable(Digest),
    order_seed: Type.Integer({ minimum: 0 }),
    options: TrainingOptions,
    /** Absent: one model learned from all records. Else `options` are those of a shard, and each slice has its own steps. */
    sisa: Type.Optional(ShardsRecipe),
    /** Steps that were really taken; a retraining takes the same number. */
    steps_taken: Type.Integer({ minimum: 1 }),
    /** The last layer alone was trained, to its minimum: `options` say nothing then. */
    certified: Type.Optional(CertifiedHead),
    backend: Type.String(),
    threads: Type.Integer(),
  },
  { additionalProperties: false },
);
export type Recipe = Static<typeof Recipe>;

/** What of a recipe can be followed; null: nothing. Features that a last layer was certified on are written down nowhere else. */
export const followable = (recipe: Recipe | null): Recipe | null =>
  recipe?.certified?.features_changed ? null : recipe;
