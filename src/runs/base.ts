// The checkpoint that a recipe starts from. It is here when it was registered as a model of its own.
import { ExpungeError } from '../errors.ts';
import type { CheckpointFiles, ForgottenBy, Store, StoredModel, Whose } from './ports.ts';

/** Of a checkpoint's recipe: `none` where it starts from fresh weights, or where there is no recipe. */
export type Base = { status: 'none' } | { status: 'kept' | 'missing'; digest: string };

export const NO_BASE: Base = { status: 'none' };

/** Whether the base at this address is here; null names none. */
export async function lookFor(checkpoints: Pick<CheckpointFiles, 'contents'>, digest: string | null): Promise<Base> {
  if (digest === null) return NO_BASE;
  return { status: (await checkpoints.contents(digest)) === null ? 'missing' : 'kept', digest };
}

export const baseOf = async (
  checkpoints: Pick<CheckpointFiles, 'baseOf' | 'contents'>,
  checkpoint: string,
): Promise<Base> => lookFor(checkpoints, await checkpoints.baseOf(checkpoint));

/** The bases under a checkpoint, from the nearest on, as far as they are here. */
export async function* basesUnder(checkpoints: Pick<CheckpointFiles, 'baseOf'>, of: string): AsyncGenerator<string> {
  for (let base = await checkpoints.baseOf(of); base !== null; base = await checkpoints.baseOf(base)) yield base;
}

/** Whether any base under the checkpoint, each registered as a model, was trained on their records. What is not registered is not known. */
export async function baseSaw(
  { store, checkpoints }: { store: Pick<Store, 'recordsSeen'>; checkpoints: Pick<CheckpointFiles, 'baseOf'> },
  tenant: string,
  whose: Whose | ForgottenBy,
  of: string,
): Promise<boolean> {
  for await (const base of basesUnder(checkpoints, of))
    if ((await store.recordsSeen(tenant, whose, base)) > 0) return true;
  return false;
}

/** Whether a checkpoint of the model can be trained again: it may have lost what the model came with. One that cannot be read tells nothing else. */
export const hasRecipe = (model: { has_recipe: boolean }, stored: StoredModel | null): boolean =>
  stored === null ? model.has_recipe : stored.recipe !== null;

/** Why `sisa` is not possible, and what is. */
export const NO_SLICES =
  'the active checkpoint holds no checkpoints of shards and slices: it was not trained in shards, or a method that is not exact has changed it';

export const slicesMissing = (): ExpungeError =>
  new ExpungeError(
    'recipe-missing',
    `Method sisa goes on from the slices of a training in shards, and ${NO_SLICES}. Choose retrain or another method.`,
  );

/** What is missing, and what to do. */
export const whereIsBase = (digest: string): string =>
  `the recipe starts from the base checkpoint ${digest}, which is not kept here: register the base checkpoint as a model`;

export function baseMissing(digest: string): ExpungeError {
  const what = whereIsBase(digest);
  return new ExpungeError('recipe-missing', `${what[0]!.toUpperCase()}${what.slice(1)}, or choose another method.`);
}
