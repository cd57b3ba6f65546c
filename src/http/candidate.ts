// Registers a checkpoint that somebody else made in the line of a model: to be verified, never to be in use.
import type { Checkpoint } from '../domain/checkpoint.ts';
import { ExpungeError } from '../errors.ts';
import { dropUpload } from './checkpoint-upload.ts';
import { notFound } from './links.ts';
import type { Principal } from './principal.ts';
import { type FilesDeps, pointing, takeFiles } from './registration.ts';
import { invalidField } from './validation.ts';

export interface CandidateRegistration {
  path?: string;
  upload_id?: string;
  parent_checkpoint_id?: string;
}
const PARENT = '#/parent_checkpoint_id';

/** The checkpoint that it descends from; left out: the active one. */
async function parentOf(deps: FilesDeps, who: Principal, modelId: string, named?: string): Promise<string> {
  const model = await deps.store.getModel(who.tenant, modelId);
  if (model === null) throw notFound('model');
  const digest = named ?? model.active;
  const found = (await deps.store.listCheckpoints(who.tenant, modelId)).find((one) => one.digest === digest);
  if (found === undefined) throw invalidField(PARENT, 'names no checkpoint of the model');
  if (found.state !== 'deleted') return digest;
  const detail = `The weights of ${digest} were deleted on ${found.deleted_at}, so nothing can be compared with them.`;
  throw new ExpungeError('checkpoint-gone', detail, { errors: [{ pointer: PARENT, detail }] });
}

/**
 * The same checks as of a model, and that it is of its parent's kind. Throws what `takeFiles` and the checkpoint adapter do,
 * `checkpoint-mismatch`, `checkpoint-gone`; no work folder is left behind. `created` is false of one that is there already.
 */
export async function registerCandidate(
  deps: FilesDeps,
  who: Principal,
  modelId: string,
  given: CandidateRegistration,
): Promise<{ created: boolean; checkpoint: Checkpoint }> {
  const parent = await parentOf(deps, who, modelId, given.parent_checkpoint_id);
  const { folder, pointer } = await takeFiles(deps, who, given);
  try {
    const { architecture } = await deps.checkpoints.inspect(folder).catch(pointing(pointer));
    const different = await deps.checkpoints.differenceFrom(folder, parent).catch(pointing(pointer));
    if (different !== null) {
      const detail = `${different.file} ${different.why}.`;
      throw new ExpungeError('checkpoint-mismatch', detail, { errors: [{ pointer, detail }] });
    }
    const made = await deps.checkpoints.adopt(folder, { architecture, parent, run_id: null });
    const present = async () => (await deps.checkpoints.contents(made.digest)) !== null;
    const { status } = await deps.store.addCandidate(who.tenant, modelId, made, who.actor, present);
    if (status === 'checkpoint_gone') return await registerCandidate(deps, who, modelId, given);
    // it is registered, whatever becomes of what it came from: the sweep takes the rest
    if (given.upload_id !== undefined) await dropUpload(deps, who, given.upload_id).catch(() => undefined);
    const line = await deps.store.listCheckpoints(who.tenant, modelId);
    return { created: status === 'created', checkpoint: line.find(({ digest }) => digest === made.digest)! };
  } catch (error) {
    await deps.checkpoints.discard(folder);
    throw error;
  }
}
