// Facts of plans for tests: a small language model, and one that is like a large one.
import { gpt2 } from '../../../src/architectures/gpt2.ts';
import type { Architecture } from '../../../src/domain/architecture.ts';
import { PRESETS } from '../../../src/domain/policies.ts';
import { NO_BASE } from '../../../src/runs/base.ts';
import type { PastAttempt, PlanFacts } from '../../../src/runs/plan/facts.ts';
import type { StoredModel } from '../../../src/runs/ports.ts';
import { RECIPE } from '../../checkpoints/tiny.ts';

const architecture = gpt2 as unknown as Architecture;

/** A model that took so many steps of `batch_size` rows to train; nothing is loaded, so that it may be any size. */
export function storedModel(width: number, steps_taken: number, batch_size = 16, vocab_size = 1000): StoredModel {
  const json = { model_type: 'gpt2', vocab_size, n_positions: 128, n_embd: width, n_layer: 4, n_head: 4 };
  const options = { ...RECIPE.options, batch_size, steps: steps_taken };
  return { architecture, config: architecture.parseConfig(json), recipe: { ...RECIPE, options, steps_taken } };
}

export const facts = (more: Partial<PlanFacts> = {}): PlanFacts => ({
  ...{
    model: storedModel(64, 1500),
    has_recipe: true,
    base: NO_BASE,
    base_saw: false,
    base_saw_forgotten: false,
    has_slices: false,
    has_updates: false,
    threads: 2,
    backend: null,
    past: [],
  },
  rows: { mean: 20, longest: 40, per_record: 1 },
  counts: { forget: 20, retain: 380, holdout: 400 },
  policy: PRESETS.standard.policy,
  limits: { seconds: 86_400, memory_bytes: null, due_in_seconds: 2_500_000 },
  ...more,
});

export const past = (
  name: string,
  params: Record<string, unknown>,
  more: Partial<PastAttempt['attempt']>,
): PastAttempt => ({
  attempt: {
    ...{ method: { name, params }, seed: 1, candidate: null, verdict: 'passed', reason: null },
    ...{ seconds: {}, peak_memory_bytes: null },
    ...more,
  },
  counts: { forget_records: 20, retain_records: 380, holdout_records: 400 },
});
