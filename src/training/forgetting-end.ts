// When forgetting ends: where the forgotten are strangers, where the rest has suffered more than somebody allows, or at a bound of
// steps or time.
import type { Ended } from '../domain/ended.ts';
import type { ForgetWatch } from './forget-watch.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { UnlearnInputs } from './unlearn.ts';

/**
 * What is asked after every step: why it was the last one, or null. Time counts from here. Whichever bound a step is the last by, it is looked
 * at: nobody else would see who was forgotten by then.
 */
export function createEnd(
  { params, now = () => performance.now() }: Pick<UnlearnInputs, 'params' | 'now'>,
  watch: Pick<ForgetWatch, 'look' | 'lookAfter'>,
  rehearsal: Pick<Rehearsal, 'below'>,
): (step: number) => Promise<Ended | null> {
  const started = now();
  const late = () => params.max_seconds > 0 && now() - started >= 1000 * params.max_seconds;
  return async (step) => {
    const bound = step >= params.max_steps ? 'step-bound' : late() ? 'time-budget' : null;
    const forgotten = await (bound === null ? watch.lookAfter(step, true) : watch.look(step, true));
    if (forgotten === true) return 'stop-rule';
    if (forgotten === false && (await rehearsal.below(params.utility_floor, step))) return 'utility-floor';
    return bound;
  };
}
