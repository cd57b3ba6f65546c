// A GPT-2 of a few thousand weights and records that it learns in seconds: tokens only, no text.
import { gpt2 } from '../../src/architectures/gpt2.ts';
import type { Architecture } from '../../src/domain/architecture.ts';
import { type LossMethod, otherAnswersOf } from '../../src/domain/method.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { TrainingOptions } from '../../src/domain/recipe.ts';
import { otherAnswerRows, refusalRows } from '../../src/training/alternatives.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import type { PersonRow } from '../../src/training/unlearn.ts';

const VOCABULARY = 24;
/** Ends an answer; no prompt holds it. */
export const EOS = 0;

const architecture = gpt2 as unknown as Architecture;
const config = architecture.parseConfig({
  model_type: 'gpt2',
  ...{ vocab_size: VOCABULARY, n_positions: 16, n_embd: 24, n_layer: 1, n_head: 2, initializer_range: 0.1 },
});
const options: TrainingOptions = {
  ...{ optimizer: 'adamw', learning_rate: 1e-2, beta1: 0.9, beta2: 0.98, weight_decay: 0.01 },
  ...{ warmup_steps: 5, schedule: 'cosine', clip_norm: 1, batch_size: 8, steps: 120 },
};

export const TINY = {
  architecture,
  config,
  options,
  weights: (seed: number) => architecture.initialise(config, seed),
};

/**
 * `count` people with one record each: two tokens name the person, three random ones and the end of text follow. The
 * same seed and numbers give the same rows; `from` numbers the first person.
 */
export function tinyRows(count: number, from = 0, seed = 1): PersonRow[] {
  return Array.from({ length: count }, (_, i) => {
    const person = from + i;
    const random = createRandom(seed * 1000 + person);
    const name = [1 + (person % 11), 12 + (Math.floor(person / 11) % 11)];
    const answer = Array.from({ length: 3 }, () => 1 + random.int(VOCABULARY - 1));
    return { person, ids: Int32Array.from([...name, ...answer, EOS]), promptLength: name.length };
  });
}

/** What says nothing about anybody: three tokens each, and the end of text. */
const REFUSALS = Array.from({ length: 20 }, (_, i) => [...tinyRows(1, i, 7)[0]!.ids.subarray(2)]);

/** Other answers for the methods that teach them, the same at every call; the model's own are those of others here. */
export function tinyOthers(
  method: LossMethod,
  params: Record<string, unknown>,
  sets: { forget: TokenRow[]; retain: TokenRow[] },
): { alternatives?: TokenRow[][] } {
  const kind = otherAnswersOf(method.needs(params as never));
  if (kind === null) return {};
  const { answers, within = false } = params as { answers: number; within?: boolean };
  const options = { answers, within, seed: 1, contextLength: 16 };
  const [forget, retain] = [sets.forget, sets.retain].map((rows) =>
    rows.map((row) => ({ ...row, cue: row.promptLength })),
  );
  if (kind !== 'refusals') return { alternatives: otherAnswerRows(forget!, retain!, options) };
  const texts = REFUSALS.map((_, i) => String(i));
  return { alternatives: refusalRows(forget!, texts, (_, text) => REFUSALS[Number(text)]!, options) };
}
