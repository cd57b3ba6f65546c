// Registers a checkpoint folder as a model: checks first, then copies, then one row.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type from 'typebox';
import { Id } from '../domain/common.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { CorpusRole } from '../domain/record.ts';
import type { Model } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import { type Base, lookFor, NO_BASE, whereIsBase } from '../runs/base.ts';
import { checkComplete, dropUpload } from './checkpoint-upload.ts';
import { fitCorpora } from './corpus-fit.ts';
import { findInPages } from './paging.ts';
import type { Principal } from './principal.ts';
import { grownWarnings, type NamedCorpus, recordsOf, type TakenCorpus, takenOf } from './recipe-corpora.ts';
import { inTenantFolder } from './tenant-folder.ts';
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

/** Where the files of a checkpoint are: one of these. */
export const folderFields = {
  path: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: '^[^\\u0000]+$',
      description:
        'Checkpoint folder, relative to IMPORT_DIR: config.json, tokenizer.json and model.safetensors or its shards; or a TensorFlow.js model.json with its shards, and tokenizer.json where it takes texts',
    }),
  ),
  upload_id: Type.Optional({ ...Id, description: 'A complete upload, in place of `path`; it ends with this' }),
};

export interface Registration {
  /** Of the model. */
  id: string;
  name: string;
  /** A folder under the import root; this or an upload. */
  path?: string;
  upload_id?: string;
  corpora: { corpus_id: string; role: CorpusRole; records?: number }[];
}
export type FilesDeps = Pick<AppDeps, 'config' | 'store' | 'checkpoints' | 'uploads'>;
type RegistrationDeps = FilesDeps & Pick<AppDeps, 'corpora'>;

const nameTaken = (id: string) =>
  new ExpungeError('name-taken', 'A model of this name exists.', { extra: { existing: `/v1/models/${id}` } });

async function resolveCorpora(deps: RegistrationDeps, who: Principal, given: Registration): Promise<NamedCorpus[]> {
  if (new Set(given.corpora.map((named) => named.corpus_id)).size < given.corpora.length) {
    throw invalidField('#/corpora', 'names a corpus twice');
  }
  if (given.corpora.length > 0 && !given.corpora.some((named) => named.role === 'train')) {
    throw invalidField('#/corpora', 'must name at least one corpus with the role train');
  }
  return Promise.all(
    given.corpora.map(async ({ corpus_id, role, records: asked }, index) => {
      const corpus = await deps.store.getCorpus(who.tenant, corpus_id);
      const pointer = `#/corpora/${index}/corpus_id`;
      const errors = (detail: string) => ({ errors: [{ pointer, detail }] });
      if (corpus === null) {
        throw new ExpungeError('unknown-corpus', `${pointer} names no corpus.`, errors('names no corpus'));
      }
      if (corpus.records === 0) {
        throw new ExpungeError('empty-corpus', `${pointer} names a corpus without records.`, errors('has no records'));
      }
      if (asked !== undefined && asked > corpus.records)
        throw invalidField(`#/corpora/${index}/records`, `is more than the ${corpus.records} records of the corpus`);
      return { corpus, role, asked };
    }),
  );
}

/** The recipe of a folder that `inspect` has found to be in order. */
const readRecipe = async (folder: string): Promise<Recipe> =>
  JSON.parse(await readFile(join(folder, 'recipe.json'), 'utf8')) as Recipe;

/** What the checkpoint adapter refuses is what this field names. */
export const pointing = (pointer: string) => (error: unknown) => {
  if (error instanceof ExpungeError && (error.code === 'path-not-allowed' || error.code === 'checkpoint-invalid')) {
    const errors = [{ pointer, detail: error.message }];
    throw new ExpungeError(error.code, error.message, { errors, cause: error });
  }
  throw error;
};

/** A work folder with the files to register, and the field that named them. */
export async function takeFiles(
  deps: FilesDeps,
  who: Principal,
  { path, upload_id }: Pick<Registration, 'path' | 'upload_id'>,
): Promise<{ folder: string; pointer: string }> {
  if ((path === undefined) === (upload_id === undefined))
    throw invalidField('#/path', 'or upload_id must be given, and not both');
  const pointer = path === undefined ? '#/upload_id' : '#/path';
  if (upload_id !== undefined) await checkComplete(deps, who, upload_id);
  const take = async () =>
    path === undefined
      ? deps.checkpoints.importUpload(upload_id!)
      : deps.checkpoints.importFrom(inTenantFolder(who.tenant, path));
  return { ...(await take().catch(pointing(pointer))), pointer };
}

/** A warning for each corpus of which records were erased. */
async function erasedWarnings({ store }: RegistrationDeps, { tenant }: Principal, taken: readonly TakenCorpus[]) {
  const asked = taken.map(({ corpus, records }) => ({ corpus_id: corpus.id, records }));
  const counts = await store.erasedCounts(tenant, asked);
  return taken.flatMap(({ corpus }) => {
    const erased = counts.get(corpus.id);
    if (erased === undefined) return [];
    return [
      `The text of ${erased} records of the corpus ${corpus.name} was erased for deletion requests: they are neither retained nor can they be forgotten, so the model must not have been trained on them. If it was, train it again without them and register that.`,
    ];
  });
}

const MIXED_KEYS =
  'The corpora name people under several versions of the subject key: somebody who stands in two of them is not known to be one person, so a holdout may hold people who were trained on. Upload corpora that belong together under one version.';

function warningsOf(named: TakenCorpus[], hasRecipe: boolean, base: Base): string[] {
  if (named.length === 0)
    return [
      'No corpus is named: nothing can be unlearned from this model. It is kept, and recipes that start from it can be followed.',
    ];
  const warnings = grownWarnings(named);
  if (!named.some(({ role }) => role === 'holdout')) {
    warnings.push(
      'No holdout corpus is named: there is nothing to compare forgetting with, so membership metrics will be inconclusive.',
    );
  }
  if (!hasRecipe) {
    warnings.push('The checkpoint has no recipe.json: methods that train again from it (retrain) are refused.');
  }
  if (base.status === 'missing') {
    const until = 'Until that is done, methods that train again (retrain) are refused.';
    warnings.push(`Retraining is not possible: ${whereIsBase(base.digest)}. ${until}`);
  }
  return warnings;
}

/**
 * Throws `name-taken`, `unknown-corpus`, `empty-corpus`, `corpus-mismatch`, `corpus-unsuited`, and what the checkpoint
 * adapter finds (`path-not-allowed`, `checkpoint-invalid`); no work folder is left behind. An upload ends with its registration; one that
 * is refused stays until it is corrected, dropped or expired, since sending it again may take hours.
 */
export async function registerModel(deps: RegistrationDeps, who: Principal, given: Registration): Promise<Model> {
  const named = await resolveCorpora(deps, who, given);
  // cheap, and spares the copy of a large checkpoint; createModel decides in the end
  const namesake = await findInPages(
    (query) => deps.store.listModels(who.tenant, query),
    (model) => model.name === given.name,
  );
  if (namesake?.id === given.id) return namesake;
  if (namesake !== null) throw nameTaken(namesake.id);
  const { folder, pointer } = await takeFiles(deps, who, given);
  try {
    const about = await deps.checkpoints.inspect(folder).catch(pointing(pointer));
    const recipe = about.has_recipe ? await readRecipe(folder) : null;
    const all = () => named.map((one) => ({ ...one, records: recordsOf(one) }));
    const taken = recipe === null ? all() : await takenOf(deps.corpora, recipe, named);
    const base = recipe === null ? NO_BASE : await lookFor(deps.checkpoints, recipe.init.base_checkpoint);
    const fit = await fitCorpora(deps.corpora, taken, folder);
    const { architecture, parameters, has_recipe } = about;
    const checkpoint = await deps.checkpoints.adopt(folder, { architecture, parent: null, run_id: null });
    const present = async () => (await deps.checkpoints.contents(checkpoint.digest)) !== null;
    const mixed = await deps.store.mixesKeyVersions(
      who.tenant,
      taken.map(({ corpus }) => corpus.id),
    );
    const warnings = [
      ...warningsOf(taken, has_recipe, base),
      ...(await erasedWarnings(deps, who, taken)),
      ...fit.warnings,
      ...(mixed ? [MIXED_KEYS] : []),
    ];
    const model = {
      id: given.id,
      name: given.name,
      architecture,
      parameters,
      corpora: taken.map(({ corpus, role, records }) => ({ corpus_id: corpus.id, role, records })),
      has_recipe,
      rows: fit.rows,
      warnings,
      checkpoint,
    };
    const outcome = await deps.store.createModel(who.tenant, model, who.actor, present);
    if (outcome.status === 'created') {
      // the model is there, whatever becomes of what it came from: the sweep takes the rest
      if (given.upload_id !== undefined) await dropUpload(deps, who, given.upload_id).catch(() => undefined);
      return outcome.model;
    }
    // the adopted checkpoint stays: its address may be another model's, and registering it again costs nothing
    if (outcome.status === 'name_taken') throw nameTaken(outcome.id);
    if (outcome.status === 'checkpoint_gone') return await registerModel(deps, who, given);
    throw new ExpungeError('unknown-corpus', 'A named corpus was removed meanwhile.');
  } catch (error) {
    await deps.checkpoints.discard(folder);
    throw error;
  }
}
