// What the loops of training and unlearning have to know of a model's task. Losses, methods, the optimizer and the stop rule are the
// same for all: a row is something that is seen, and labels that have a cost.
import type { Architecture, Learner, Task } from '../domain/architecture.ts';
import type { Engine, HostTensors, State } from '../domain/engine.ts';
import { padRows, type TokenRow } from './batches.ts';
import { createClassScorer, stackExamples } from './classification.ts';
import { createScorer, type Scorer } from './scoring.ts';
import { CLASSES, type CostRule, WORDS } from './stranger-costs.ts';

export interface Kind {
  /** `ids`, which is what the model sees, and `labels` (B, T) int32; as wide as a row of `longest` tokens asks for, by default its own longest. */
  batch(rows: TokenRow[], contextLength: number, longest?: number): HostTensors;
  /** Over the weights of `state`. */
  scorer(engine: Engine, learner: Learner, config: unknown, state: State): Scorer;
  /** Labels at the end of a row that say nothing about it: the end of text. */
  ending: number;
  rule: CostRule;
}

const KINDS: Readonly<Record<Task, Kind>> = Object.freeze({
  'causal-lm': {
    batch: (rows: TokenRow[], contextLength: number, longest?: number) => padRows(rows, contextLength, 0, longest),
    scorer: (engine: Engine, learner: Learner, config: unknown, state: State) =>
      createScorer(engine, learner as Architecture, config, state),
    ending: 1,
    rule: WORDS,
  },
  classification: { batch: stackExamples, scorer: createClassScorer, ending: 0, rule: CLASSES },
});

export const kindOf = ({ task = 'causal-lm' }: Pick<Learner, 'task'>): Kind => KINDS[task];
