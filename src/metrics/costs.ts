// What a metric costs. Metrics of the same pass share it: one pass scores all that looks at tokens.
import type { Cost } from '../domain/metric.ts';

/** Answers that are drawn to a prompt when the true one is looked for among them. */
export const SAMPLES = 10;
/** Other answers that the true one is held against. */
export const OTHER_ANSWERS = 5;
/** Ways to wrap a prompt. */
export const WRAPPINGS = 4;
/** People of a set that attacks on the weights are tried on: enough for a mean, few enough that an attack takes seconds. */
export const ATTACKED_PEOPLE = 40;

const every = { of: 'every record' } as const;
const sample = { of: 'a sample' } as const;

export const COSTS = {
  scores: { pass: 'scores', forward_passes: 1, checkpoints: 2, ...every },
  answers: { pass: 'answers', forward_passes: 1, checkpoints: 2, ...sample },
  judgedAnswers: { pass: 'answers, judged by the parent', forward_passes: 2, checkpoints: 2, ...sample },
  otherAnswers: { pass: 'other answers', forward_passes: OTHER_ANSWERS, checkpoints: 2, ...sample },
  wrappedPrompts: { pass: 'wrapped prompts', forward_passes: WRAPPINGS, checkpoints: 2, ...sample },
  samples: { pass: 'samples', forward_passes: SAMPLES, checkpoints: 2, ...sample },
  shadows: { pass: 'scores under each shadow model', forward_passes: 1, checkpoints: 1, ...every },
  /** A backward pass is about two forward ones. */
  gradients: { pass: 'gradients', forward_passes: 3, checkpoints: 2, ...sample },
  retrained: { pass: 'scores under each retrained model', forward_passes: 1, checkpoints: 1, ...every },
} as const satisfies Record<string, Cost>;
