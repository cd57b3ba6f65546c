// What steps are fed with beside their batches, by what a loss needs: worked out once, before the first of them.
import type { HostTensors, State } from '../domain/engine.ts';
import { type Need, otherAnswersOf } from '../domain/method.ts';
import type { TokenRow } from './batches.ts';
import { kindOf } from './kinds.ts';
import { createStandIns } from './stand-ins.ts';
import type { UnlearnInputs } from './unlearn.ts';
import { feedsInParts, type References, type StepInput } from './unlearning-feeds.ts';
import { teacherFeed, teacherLogits } from './unlearning-references.ts';

/** log p of answers under the parent, summed over their tokens: one number a row, so no second live model. */
export async function parentLogProbs(inputs: UnlearnInputs, state: State): Promise<References> {
  const { engine, architecture, config, sets, alternatives = [] } = inputs;
  const score = kindOf(architecture).scorer(engine, architecture, config, state);
  const summed = async (rows: TokenRow[]) =>
    Float32Array.from(await score(rows), ({ logProbs }) => logProbs.reduce((sum, value) => sum + value, 0));
  return { forget: await summed(sets.forget), alternative: await summed(alternatives.flat()) };
}

/** Feeds of a step, in parts; `ofStep`: those of the whole step. */
export type FeedsOf = (input: StepInput, references: References | null, ofStep: HostTensors) => HostTensors[];

/** Before the weights lie in a state: what it looks at are other models. */
export async function createFeeds(inputs: UnlearnInputs, needs: readonly Need[]): Promise<FeedsOf> {
  const teacher = needs.includes('forget-teacher-logits') ? await teacherLogits(inputs) : null;
  const standIns = needs.includes('stand-in-logits') ? await createStandIns(inputs) : null;
  const teachesOthers = otherAnswersOf(needs) !== null;
  return ({ alternative, ...input }, references, ofStep) => {
    const labels = input.forgetBatch.labels!;
    const taught: HostTensors = teacher ? { teacher: teacherFeed(teacher, input.forget, labels) } : {};
    const { feeds: imitated, band } = standIns?.(input.forget, labels, input.band) ?? { feeds: {}, band: input.band };
    const others = teachesOthers && alternative ? { alternative } : {};
    const own = { forget: { ...taught, ...imitated }, step: ofStep };
    return feedsInParts({ ...input, ...others, band }, references, inputs.params.micro_batch, own);
  };
}
