// How much of the true answer comes back when the question is put otherwise. https://arxiv.org/abs/2402.16835
import type { RecordMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { rougeLRecall } from '../rouge.ts';

/** Largest ROUGE-L recall of the greedy answers to the wrapped prompts; NaN where there are none. */
export const wrappedPromptRecall: RecordMetric = {
  kind: 'memory',
  name: 'wrapped-prompt-recall',
  summary: 'As rouge-l-recall, the most of several ways to wrap the prompt: asked otherwise, and with the answer begun',
  paper: { title: 'Eight Methods to Evaluate Robust Unlearning in LLMs', arxiv: '2402.16835' },
  cost: COSTS.wrappedPrompts,
  range: [0, 1],
  needsGeneration: false,
  needs: 'wrapped',
  rule: 'extraction',
  score: (row) =>
    row.wrapped === undefined
      ? Number.NaN
      : Math.max(...row.wrapped.map((said) => rougeLRecall(said, row.truth ?? ''))),
};
