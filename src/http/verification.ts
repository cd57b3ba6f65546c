// What a verification on demand asks for, checked at the door: whoever it is about is a digest and places of records from here on.
import type { Checkpoint } from '../domain/checkpoint.ts';
import { type PolicyVersion, PRESETS } from '../domain/policies.ts';
import type { PresetName } from '../domain/policy-choice.ts';
import type { Identifier } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import { placesDigest, subjectDigest } from '../runs/digests.ts';
import { policyDigest, policyInForce } from '../runs/policy.ts';
import type { CreateVerificationOutcome, NewVerification, RecordPlace, VerificationQuestion } from '../runs/ports.ts';
import { refuseRestrictedRecords, unrestricted } from '../runs/restricted.ts';
import { notRetrained } from '../runs/trained-without.ts';
import { lookUpKeysOf } from './identifiers.ts';
import { notFound } from './links.ts';
import type { Principal } from './principal.ts';
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

export interface AskedVerification {
  subject?: { identifiers: Identifier[] };
  record_ids?: string[];
  model_id?: string;
  against_checkpoint_id?: string;
  reference_checkpoint_id?: string;
  policy?: PresetName;
}
type WishDeps = Pick<AppDeps, 'store' | 'subjectKeys' | 'corpora' | 'checkpoints'>;

const at = (pointer: string, code: 'checkpoint-gone' | 'records-gone' | 'parent-missing', detail: string) =>
  new ExpungeError(code, detail, { errors: [{ pointer, detail }] });

/** Throws `checkpoint-gone` for one whose weights are deleted. */
function kept(checkpoint: Checkpoint, pointer: string): Checkpoint {
  if (checkpoint.state !== 'deleted') return checkpoint;
  throw at(pointer, 'checkpoint-gone', `The weights of ${checkpoint.digest} were deleted on ${checkpoint.deleted_at}.`);
}

/** The checkpoint that is attacked, in the line that is meant. */
async function attacked(deps: WishDeps, who: Principal, digest: string, modelId?: string): Promise<Checkpoint> {
  const lines = await deps.store.checkpointsAt(who.tenant, digest);
  if (lines.length === 0) throw notFound('checkpoint');
  const models = lines.map(({ model_id }) => model_id).join(', ');
  if (modelId === undefined && lines.length > 1)
    throw invalidField('#/model_id', `must say in which model, since several have this checkpoint: ${models}`);
  const found = modelId === undefined ? lines[0] : lines.find(({ model_id }) => model_id === modelId);
  if (found === undefined)
    throw invalidField('#/model_id', `names no model that has this checkpoint; these do: ${models}`);
  return kept(found, '#');
}

/** Another checkpoint of the same line. */
async function companion(deps: WishDeps, who: Principal, of: Checkpoint, [field, digest]: [string, string]) {
  const pointer = `#/${field}`;
  if (digest === of.digest) throw invalidField(pointer, 'is the checkpoint itself, which says nothing about it');
  const line = await deps.store.listCheckpoints(who.tenant, of.model_id);
  const found = line.find((one) => one.digest === digest);
  if (found === undefined) throw invalidField(pointer, 'names no checkpoint of the same model');
  return kept(found, pointer);
}

async function heldAgainst(deps: WishDeps, who: Principal, of: Checkpoint, named?: string): Promise<string> {
  const field = 'against_checkpoint_id';
  const given = named ?? of.parent_digest;
  if (given !== null) return (await companion(deps, who, of, [field, given])).digest;
  const detail =
    'The checkpoint is the one that the model was registered with: no parent is known that it could be held against.';
  throw at(`#/${field}`, 'parent-missing', detail);
}

const RETRAINED =
  'name a checkpoint that was trained anew without them, by a run of this model or elsewhere (POST /v1/models/{id}/checkpoints takes it in), or leave it out';

/** One that knew whom it is asked about makes everybody who was forgotten look pushed away. Throws `validation-failed`. */
async function refuseKnowing(deps: WishDeps, who: Principal, made: Checkpoint, question: VerificationQuestion) {
  const why = await notRetrained(deps, who.tenant, made, question);
  if (why !== null) throw invalidField('#/reference_checkpoint_id', `${why}: ${RETRAINED}`);
}

async function placesOf(deps: WishDeps, who: Principal, modelId: string, ids: string[]): Promise<RecordPlace[]> {
  const found = await deps.store.recordsWithIds(who.tenant, modelId, ids);
  const known = new Set(found.map(({ record_id }) => record_id));
  const missing = ids.findIndex((id) => !known.has(id));
  if (missing >= 0) throw invalidField(`#/record_ids/${missing}`, 'is in no train corpus of the model');
  return found.map(({ corpus_id, ordinal }) => ({ corpus_id, ordinal }));
}

/** Throws `validation-failed`, `subject-restricted`. */
async function questionOf(deps: WishDeps, who: Principal, modelId: string, { subject, record_ids }: AskedVerification) {
  if ((subject === undefined) === (record_ids === undefined))
    throw invalidField('#', 'must have exactly one of subject and record_ids');
  if (subject === undefined) {
    const places = await placesOf(deps, who, modelId, record_ids!);
    await refuseRestrictedRecords(deps.store, who.tenant, places, '#/record_ids');
    const question: VerificationQuestion = { subject_keys: [], places };
    return { asks: 'records' as const, query_digest: placesDigest(places), question };
  }
  const subjects = lookUpKeysOf(deps.subjectKeys, who.tenant, subject.identifiers, (index, why) =>
    invalidField(`#/subject/identifiers/${index}`, why),
  );
  const named = await deps.store.recordsNaming(who.tenant, modelId, subjects);
  const places = await unrestricted(deps.store, who.tenant, { subjects, named }, '#/subject');
  if (places.length === 0)
    throw invalidField(
      '#/subject',
      'is named by no training record of the model: name the records that tell of this person with record_ids',
    );
  const subject_keys = subjects.map(({ key }) => key);
  return { asks: 'subject' as const, query_digest: subjectDigest(subject_keys), question: { subject_keys, places } };
}

/**
 * Records that a model forgot can be asked about until their text is destroyed. Returns those that can; throws `records-gone` where a
 * record that is named cannot, or nothing of a person is left.
 */
async function withText(deps: WishDeps, who: Principal, modelId: string, pointer: string, places: RecordPlace[]) {
  const gone = await deps.store.textGone(who.tenant, places);
  if (gone.length > 0 && (pointer === '#/record_ids' || gone.length === places.length))
    throw at(
      pointer,
      'records-gone',
      `The text of ${gone.length} of ${places.length} records was erased, the first on ${gone.map(({ since }) => since).sort()[0]}, and nobody can look any more.`,
    );
  for (const id of new Set(places.map(({ corpus_id }) => corpus_id))) {
    if (await deps.corpora.holds(id)) continue;
    const since = await deps.store.erasedAt(who.tenant, modelId, places);
    const when =
      since === null
        ? 'No run has erased them, so the file is missing: restore it from a backup'
        : `They were erased from the model on ${since}, and nobody can look any more`;
    throw at(pointer, 'records-gone', `The text of the corpus ${id} is not there. ${when}.`);
  }
  const names = new Set(gone.map(nameOf));
  return places.filter((place) => !names.has(nameOf(place)));
}

const nameOf = ({ corpus_id, ordinal }: RecordPlace): string => `${corpus_id}/${ordinal}`;

const presetPolicy = (preset: PresetName): PolicyVersion => {
  const { policy } = PRESETS[preset];
  return {
    scope: 'verification',
    version: 0,
    preset,
    digest: policyDigest(policy),
    model_id: null,
    policy,
    created_at: null,
  };
};

/**
 * A verification as the store takes it. Throws `not-found`, `validation-failed`, `checkpoint-gone`, `parent-missing`,
 * `records-gone`, each with a pointer to the field.
 */
export async function verificationWish(
  deps: WishDeps,
  who: Principal,
  digest: string,
  asked: AskedVerification,
): Promise<Omit<NewVerification, 'id'>> {
  const checkpoint = await attacked(deps, who, digest, asked.model_id);
  const { model_id } = checkpoint;
  const against = await heldAgainst(deps, who, checkpoint, asked.against_checkpoint_id);
  const { reference_checkpoint_id: named } = asked;
  const reference =
    named === undefined ? null : await companion(deps, who, checkpoint, ['reference_checkpoint_id', named]);
  if (reference?.digest === against)
    throw invalidField('#/reference_checkpoint_id', 'is what the checkpoint is held against');
  const { question: whole, ...about } = await questionOf(deps, who, model_id, asked);
  if (reference !== null) await refuseKnowing(deps, who, reference, whole);
  const field = about.asks === 'subject' ? '#/subject' : '#/record_ids';
  const question = { ...whole, places: await withText(deps, who, model_id, field, whole.places) };
  const policy =
    asked.policy === undefined
      ? await policyInForce(deps.store, who.tenant, model_id, PRESETS.standard.policy)
      : presetPolicy(asked.policy);
  return {
    ...{ tenant: who.tenant, model_id, policy, question, ...about },
    ...{ checkpoint_id: digest, against_checkpoint_id: against, reference_checkpoint_id: reference?.digest ?? null },
  };
}

/** Throws for what the store refuses. */
export function refuseVerification(
  outcome: Exclude<CreateVerificationOutcome, { status: 'created' }>,
  open: number,
): never {
  if (outcome.status === 'too_many')
    throw new ExpungeError('too-many-verifications', `${open} have not ended, as many as there may be.`);
  throw at('#', 'checkpoint-gone', `The weights of ${outcome.digest} were deleted just now.`);
}
