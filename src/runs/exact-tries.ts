// What the exact candidates of a run that did not pass say about another try: whether it would make another model at all.
import type { Verdict } from '../domain/verification.ts';
import { trainsAnew } from '../methods/index.ts';
import type { RunContext } from './stages.ts';

/** A method of the plan whose candidate was verified. */
export interface Tried {
  name: string;
  verdict: Verdict | null;
}

/** Of a model in shards both train by the seeds of its recipe, to the same bytes: they would be measured until they pass by chance. */
export const madeAlready = (name: string, tried: readonly Tried[]): boolean =>
  trainsAnew(name) && tried.some((one) => one.name !== name && trainsAnew(one.name));

/** The candidate never saw the records, so trying the same again would find the same: what somebody who reads this may do. */
export async function afterExact(context: RunContext, tried: readonly Tried[]): Promise<string> {
  const { deps, claim, baseSaw } = context;
  const exact = tried.find((one) => one.verdict === 'failed' && trainsAnew(one.name));
  if (exact === undefined || baseSaw) return '';
  const why = `. What ${exact.name} made was trained without these records: it failed by chance, or others’ records say what these said`;
  const recipe = await deps.checkpoints.recipe(claim.run.parent);
  if (recipe?.certified) return `${why}. A retry would train the last layer with other noise`;
  if (recipe?.sisa)
    return `${why}. A training in shards keeps the seeds of its recipe, so a retry would make the same again: name a method that is not exact, or register a model that was trained from other seeds without them`;
  const start = (await deps.store.exactTries(claim)) + 1;
  return `${why}. A retry would train from other seeds (start ${start}), and the certificate would say so`;
}
