// Records that a deletion request names itself: by id, or by a text that they hold. A text is a sketch as soon as it has come, and is
// only held against registered records: what is not one of them is never trained on.
import Type from 'typebox';
import { sketchOf, type TextSketch } from '../corpora/near-text.ts';
import { Id } from '../domain/common.ts';
import type { AskedRecords } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import { placesDigest } from '../runs/digests.ts';
import type { CreateRequest, RecordPlace } from '../runs/ports.ts';
import type { Principal } from './principal.ts';
import { type Asking, findTexts } from './text-search.ts';
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

const MOST_IDS = 1000;
const MOST_TEXTS = 100;
/** Of thirty words one may be another, and not two apart. */
const SIMILARITY = 0.8;

/** Fields of a request, and of a line of a batch. */
export const recordFields = {
  record_ids: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      ...{ minItems: 1, maxItems: MOST_IDS, uniqueItems: true },
      description: 'Training records, whoever they name; with `corpus_id` or `model_id`',
    }),
  ),
  corpus_id: Type.Optional({ ...Id, description: 'The corpus that `record_ids` are of' }),
  model_id: Type.Optional({ ...Id, description: 'The model whose train corpora `record_ids` are of' }),
  texts: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 20_000 }), {
      ...{ minItems: 1, maxItems: MOST_TEXTS },
      description:
        'Text that training records hold: looked for in the train corpora of `targets`, or of every model. Never kept, logged or trained on',
    }),
  ),
  min_similarity: Type.Optional(
    Type.Number({
      ...{ minimum: 0.5, maximum: 1, default: SIMILARITY },
      description:
        'How alike a record must be to one of `texts`: shared triples of words among all of both. 1: the same words',
    }),
  ),
};

export interface GivenRecords {
  record_ids?: string[];
  corpus_id?: string;
  model_id?: string;
  texts?: string[];
  min_similarity?: number;
}

/** What is left of it once it was read. */
export interface Asked {
  ids: { given: string[]; corpus_id: string } | { given: string[]; model_id: string } | null;
  texts: { sketch: TextSketch; similarity: number }[];
}
/** A wish whose records have not been looked for yet. */
export type AskingWish = CreateRequest & { asked?: Asked };

function idsOf({ record_ids, corpus_id, model_id }: GivenRecords): Asked['ids'] {
  if (record_ids === undefined) {
    if (corpus_id !== undefined) throw invalidField('#/corpus_id', 'says where record_ids are, and there are none');
    if (model_id !== undefined)
      throw invalidField('#/model_id', 'says where record_ids are, and there are none; name models with targets');
    return null;
  }
  if (corpus_id !== undefined && model_id === undefined) return { given: record_ids, corpus_id };
  if (model_id !== undefined && corpus_id === undefined) return { given: record_ids, model_id };
  throw invalidField('#/record_ids', 'must come with exactly one of corpus_id and model_id, which say where they are');
}

/** Null where only a person is named. Throws `validation-failed`. */
export function readAsked(given: GivenRecords): Asked | null {
  const ids = idsOf(given);
  const { texts = [], min_similarity: similarity = SIMILARITY } = given;
  if (ids === null && texts.length === 0) return null;
  const sketches = texts.map((text, i) => {
    const sketch = sketchOf(text);
    if (sketch === null) throw invalidField(`#/texts/${i}`, 'holds neither letter nor digit');
    return { sketch, similarity };
  });
  return { ids, texts: sketches };
}

/** The corpus or the model, where there is none; else the record. */
async function notThere(deps: AppDeps, tenant: string, ids: NonNullable<Asked['ids']>, missing: number) {
  const record = `#/record_ids/${missing}`;
  if ('corpus_id' in ids)
    return (await deps.store.getCorpus(tenant, ids.corpus_id)) === null
      ? invalidField('#/corpus_id', 'is no corpus; GET /v1/corpora lists them')
      : invalidField(record, 'is not in the corpus');
  return (await deps.store.getModel(tenant, ids.model_id)) === null
    ? invalidField('#/model_id', 'is no model; GET /v1/models lists them')
    : invalidField(record, 'is in no train corpus of the model');
}

async function placesOfIds(deps: AppDeps, { tenant }: Principal, ids: NonNullable<Asked['ids']>) {
  const found =
    'corpus_id' in ids
      ? await deps.store.recordsOfCorpus(tenant, ids.corpus_id, ids.given)
      : await deps.store.recordsWithIds(tenant, ids.model_id, ids.given);
  const known = new Set(found.map(({ record_id }) => record_id));
  const missing = ids.given.findIndex((id) => !known.has(id));
  if (missing >= 0) throw await notThere(deps, tenant, ids, missing);
  return found.map(({ corpus_id, ordinal }): RecordPlace => ({ corpus_id, ordinal }));
}

function distinct(places: readonly RecordPlace[]): RecordPlace[] {
  return [...new Map(places.map((place) => [`${place.corpus_id}/${place.ordinal}`, place])).values()];
}

/** Keyed: whoever knows a corpus could find out by trying which of its lines a plain digest is of. */
function digestOf(
  { subjectKeys }: Pick<AppDeps, 'subjectKeys'>,
  tenant: string,
  places: readonly RecordPlace[],
): string {
  const keyed = subjectKeys.pseudonym(tenant, 'records', placesDigest(places));
  return `sha256:${Buffer.from(keyed, 'base64url').toString('hex')}`;
}

/**
 * Looks for the records of all these wishes, each text in one pass over a corpus; the others pass as they are. A wish whose records
 * cannot be found has its refusal instead: `validation-failed`, `text-search-too-large`, `records-gone`.
 */
export async function findRecords(
  deps: AppDeps,
  who: Principal,
  wishes: readonly AskingWish[],
): Promise<(CreateRequest | ExpungeError)[]> {
  const asking = wishes.map(({ asked, model_ids }): Asking => ({ texts: asked?.texts ?? [], model_ids }));
  const texts = await findTexts(deps, who, asking);
  const results: (CreateRequest | ExpungeError)[] = [];
  for (const [i, { asked, ...wish }] of wishes.entries()) {
    if (asked === undefined) results.push(wish);
    else results.push(await withRecords(deps, who, wish, asked, texts[i]!).catch(refusal));
  }
  return results;
}

function refusal(error: unknown): ExpungeError {
  if (error instanceof ExpungeError && error.code !== 'service-unavailable') return error;
  throw error;
}

async function withRecords(
  deps: AppDeps,
  who: Principal,
  wish: CreateRequest,
  { ids }: Asked,
  found: Awaited<ReturnType<typeof findTexts>>[number],
): Promise<CreateRequest> {
  if (found instanceof ExpungeError) throw found;
  const named = ids === null ? [] : await placesOfIds(deps, who, ids);
  const places = distinct([...named, ...found.flatMap((text) => text.places)]);
  const asked_records: AskedRecords = {
    digest: digestOf(deps, who.tenant, places),
    record_ids: ids?.given.length ?? 0,
    texts: found.map(({ exact, near }) => ({ exact, near })),
    matched: places.length,
  };
  return { ...wish, places, asked_records };
}
