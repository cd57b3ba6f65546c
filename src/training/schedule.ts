// Learning rate by step.

/** Linear warm-up, then a cosine down to a tenth, or constant. `step` counts from 1. */
export function learningRateAt(
  step: number,
  options: { learning_rate: number; warmup_steps: number; schedule: 'cosine' | 'constant'; steps: number },
): number {
  if (step <= options.warmup_steps) return (options.learning_rate * step) / options.warmup_steps;
  if (options.schedule === 'constant') return options.learning_rate;
  const progress = Math.min(1, (step - options.warmup_steps) / Math.max(1, options.steps - options.warmup_steps));
  return options.learning_rate * (0.1 + 0.45 * (1 + Math.cos(Math.PI * progress)));
}
