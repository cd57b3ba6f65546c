// What a shard is of a model of either task: what it starts from, how it goes on, and what all of them amount to.
import { type ClassifierConfig, knowingNothing, membersOf } from '../../architectures/layers-model/classifier.ts';
import type { Architecture, Classifier } from '../../domain/architecture.ts';
import type { Engine, HostTensors } from '../../domain/engine.ts';
import type { TrainingOptions } from '../../domain/recipe.ts';
import { TRAIN_ALL } from '../../domain/trainable.ts';
import { ExpungeError } from '../../errors.ts';
import type { TokenRow } from '../batches.ts';
import { initialAdapters, scaleOf } from '../lora.ts';
import { type PlannedWork, type RowSizes, trainingWorkOf } from '../memory-work.ts';
import { type TrainProgress, train } from '../train.ts';
import { planTrainable } from '../trainable.ts';
import { mergeAverage } from './average.ts';

export interface ShardedModel {
  architecture: Architecture | Classifier;
  config: unknown;
}
export interface SliceTraining {
  rows: TokenRow[];
  options: TrainingOptions;
  orderSeed: number;
  onProgress(progress: TrainProgress): void;
  signal?: AbortSignal;
}

export interface ShardKind {
  /** Tensors of a shard's checkpoint, in the order in which they train. */
  shapes(shard: number): Record<string, number[]>;
  /** Of one shard. */
  work(sizes: RowSizes): PlannedWork;
  start(shard: number, seed: number): HostTensors;
  /** What is served of a shard that no record is left of: nothing that its random start would answer. */
  unlearned(shard: number, start: HostTensors): HostTensors;
  /** What a shard knows after a slice. `base`: weights that a shard starts from and leaves as they are. */
  advance(
    engine: Engine,
    shard: number,
    known: HostTensors,
    base: HostTensors,
    on: SliceTraining,
  ): Promise<HostTensors>;
  /** Weights of the model that is served. */
  served(base: HostTensors, shards: readonly HostTensors[]): HostTensors;
}

/** What a shard trains: a member of an ensemble, or adapters on all of a language model. */
export const shardModelOf = ({ architecture, config }: ShardedModel): ShardedModel =>
  architecture.task === 'classification'
    ? { architecture, config: membersOf(config as ClassifierConfig)[0] }
    : { architecture, config };

/** A shard is a member of the ensemble, with weights of its own. */
function classifierShards(architecture: Classifier, config: ClassifierConfig, options: TrainingOptions): ShardKind {
  const members = membersOf(config);
  return {
    shapes: (shard) => architecture.shapes(members[shard]),
    work: (sizes) => trainingWorkOf(shardModelOf({ architecture, config }), options, sizes, false),
    start: (shard, seed) => architecture.initialise(members[shard], seed),
    unlearned: (shard, start) => knowingNothing(members[shard]!, start),
    async advance(engine, shard, weights, _, on) {
      const exactSteps = on.options.steps;
      const trained = await train({ engine, architecture, config: members[shard], weights, ...on, exactSteps });
      return trained.weights;
    },
    served: (_, shards) => Object.assign({}, ...shards) as HostTensors,
  };
}

/** A shard is an adapter on a base that all of them share. */
function adapterShards(architecture: Architecture, config: unknown, options: TrainingOptions): ShardKind {
  const trains = options.trains ?? TRAIN_ALL;
  if (trains.lora_rank === 0 || trains.trainable.length > 0)
    throw new ExpungeError(
      'validation-failed',
      'shards: a language model is trained in shards as adapters on a base. Give lora_rank, and no trainable.',
    );
  const { adapters: shapes } = planTrainable(architecture, config, trains);
  return {
    shapes: () => shapes,
    work: (sizes) => trainingWorkOf({ architecture, config }, options, sizes),
    start: (_, seed) => initialAdapters(shapes, seed),
    // an adapter adds nothing before it has learned
    unlearned: (_, start) => start,
    async advance(engine, _, adapters, weights, on) {
      const exactSteps = on.options.steps;
      return (await train({ engine, architecture, config, weights, adapters, ...on, exactSteps })).adapters;
    },
    served: (base, shards) => mergeAverage(base, shards, scaleOf(trains), architecture.projections(config)),
  };
}

/** Throws `validation-failed` for options that cannot train a shard. */
export const shardKindOf = ({ architecture, config }: ShardedModel, options: TrainingOptions): ShardKind =>
  architecture.task === 'classification'
    ? classifierShards(architecture, config as ClassifierConfig, options)
    : adapterShards(architecture as Architecture, config, options);
