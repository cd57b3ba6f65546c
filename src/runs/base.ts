// The checkpoint that a recipe starts from. It is here when it was registered as a model of its own.
import { ExpungeError } from '../errors.ts';
import type { CheckpointFiles } from './ports.ts';

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

/** What is missing, and what to do. */
export const whereIsBase = (digest: string): string =>
  `the recipe starts from the base checkpoint ${digest}, which is not kept here: register the base checkpoint as a model`;

export function baseMissing(digest: string): ExpungeError {
  const what = whereIsBase(digest);
  return new ExpungeError('recipe-missing', `${what[0]!.toUpperCase()}${what.slice(1)}, or choose another method.`);
}
