// What is known here of how a checkpoint came about: by which method, and whether without somebody's records.
import type { Checkpoint } from '../domain/checkpoint.ts';
import type { MethodChoice } from '../domain/resources.ts';
import { trainsAnew } from '../methods/index.ts';
import { baseSaw, basesUnder } from './base.ts';
import type { CheckpointFiles, RecordPlace, Store, VerificationQuestion } from './ports.ts';

type Deps = {
  store: Pick<Store, 'getRun' | 'recordsSeen' | 'knownToHaveSeen' | 'erasedBefore'>;
  checkpoints: Pick<CheckpointFiles, 'baseOf'>;
};
/** A checkpoint of a line. */
type Made = Pick<Checkpoint, 'model_id' | 'digest' | 'run_id'>;

/** The method of the run that made it; null of one from outside, and of the one that was registered. */
export async function madeBy(
  store: Pick<Store, 'getRun'>,
  tenant: string,
  { digest, run_id }: Pick<Made, 'digest' | 'run_id'>,
): Promise<MethodChoice | null> {
  const run = run_id === null ? null : await store.getRun(tenant, run_id);
  return run?.attempts.findLast(({ candidate }) => candidate === digest)?.method ?? null;
}

/** Whether it was trained without the records, as far as this service did it itself. */
export async function trainedWithout(
  { store, checkpoints }: Deps,
  tenant: string,
  { model_id, digest }: Pick<Made, 'model_id' | 'digest'>,
  method: MethodChoice | null,
  places: RecordPlace[],
): Promise<boolean> {
  if (method === null || !trainsAnew(method.name)) return false;
  if (await baseSaw({ store, checkpoints }, tenant, { subjects: [], places }, digest)) return false;
  return store.erasedBefore(tenant, model_id, digest, places);
}

/**
 * Why it is no model that was retrained without whom the question is about; null where it may be one. Of what a run here made that is known.
 * Of what came from outside its owner's word is taken, unless it, or a base under it, is known to have been trained on them.
 */
export async function notRetrained(
  deps: Deps,
  tenant: string,
  made: Made,
  { subject_keys, places }: VerificationQuestion,
): Promise<string | null> {
  if (made.run_id !== null) {
    const method = await madeBy(deps.store, tenant, made);
    if (await trainedWithout(deps, tenant, made, method, places)) return null;
    const by = method === null ? 'a run' : `method ${method.name}`;
    return `was made by ${by}, and is not known to be trained anew without all that is asked about`;
  }
  const whose = { subjects: subject_keys.map((key) => ({ key })), places };
  const knows = 'was itself trained on what is asked about';
  if (await deps.store.knownToHaveSeen(tenant, whose, made.digest)) return knows;
  for await (const base of basesUnder(deps.checkpoints, made.digest))
    if (await deps.store.knownToHaveSeen(tenant, whose, base)) return `${knows}, by its base checkpoint ${base}`;
  return null;
}
