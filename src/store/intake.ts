// Taking a deletion request in: who is meant, which models know them, and that nobody asks twice at once.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { oneMonthAfter } from '../domain/deadline.ts';
import { requestState, type TargetState } from '../domain/states.ts';
import type { CreateRequest, CreateRequestOutcome, RequestPreview, Store } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';
import { loadModel } from './models.ts';
import { loadRequest } from './requests.ts';

interface Match {
  model_id: string;
  records: number;
}
interface NewTarget extends Match {
  id: string;
  state: TargetState;
}

/** Two requests that share a key, or an external id, are taken in one after the other. Sorted: no deadlock. */
async function serialise(trx: Trx, input: CreateRequest, keys: string[]): Promise<void> {
  const names = keys.map((key) => `subject ${input.tenant} ${key}`);
  if (input.external_id !== null) names.push(`external ${input.tenant} ${input.external_id}`);
  for (const name of names.sort()) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(trx);
  }
}

async function sameExternalId(trx: Trx, { tenant, external_id }: Wish): Promise<string | null> {
  if (external_id === null) return null;
  const query = trx.selectFrom('deletion_requests').select('id').where('tenant_id', '=', tenant);
  return (await query.where('external_id', '=', external_id).executeTakeFirst())?.id ?? null;
}

async function unknownModel(trx: Trx, tenant: string, ids: string[] | null): Promise<string | null> {
  if (ids === null || ids.length === 0) return null;
  const query = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', 'in', ids);
  const known = await query.execute();
  return ids.find((id) => !known.some((row) => row.id === id)) ?? null;
}

/** Model -> request, for every model on which one of these people waits or is being forgotten. */
async function openRequests(trx: Trx, tenant: string, keys: string[]): Promise<Map<string, string>> {
  const rows = await trx
    .selectFrom('request_subjects as s')
    .innerJoin('request_targets as t', (join) =>
      join.onRef('t.tenant_id', '=', 's.tenant_id').onRef('t.request_id', '=', 's.request_id'),
    )
    .select(['t.model_id', 't.request_id'])
    .where('s.tenant_id', '=', tenant)
    .where('s.subject_key', 'in', keys)
    .where('t.state', 'in', ['received', 'queued', 'unlearning', 'verifying'])
    .execute();
  return new Map(rows.map((row) => [row.model_id, row.request_id]));
}

/** Models that were trained on a record of these people which they have not forgotten yet. */
async function matches(trx: Trx, tenant: string, keys: string[]): Promise<Match[]> {
  const { rows } = await sql<Match>`
    select mc.model_id, count(distinct (s.corpus_id, s.ordinal))::int as records
    from record_subjects s
    join model_corpora mc on mc.tenant_id = s.tenant_id and mc.corpus_id = s.corpus_id and mc.role = 'train'
      and s.ordinal < mc.records
    where s.tenant_id = ${tenant} and s.subject_key = any(${keys}::text[]) and not exists (
      select from erased_records e where e.tenant_id = s.tenant_id and e.model_id = mc.model_id
        and e.corpus_id = s.corpus_id and e.ordinal = s.ordinal)
    group by mc.model_id order by mc.model_id`.execute(trx);
  return rows;
}

async function write(context: Context, trx: Trx, input: CreateRequest, keys: string[], targets: NewTarget[]) {
  const { tenant, external_id, ground, submitted_at } = input;
  const now = await context.now(trx);
  const id = uuid();
  const state = requestState(targets.map((target) => target.state));
  await trx
    .insertInto('deletion_requests')
    .values({
      ...{ id, tenant_id: tenant, external_id, ground, state, submitted_at, received_at: now, updated_at: now },
      method: input.method && JSON.stringify(input.method),
      reverify_seconds: input.reverify_seconds ?? null,
      due_at: oneMonthAfter(submitted_at),
      completed_at: state === 'completed_no_data' ? now : null,
      version: 1,
    })
    .execute();
  const subjects = keys.map((key) => input.subjects.find((subject) => subject.key === key)!);
  await trx
    .insertInto('request_subjects')
    .values(subjects.map(({ key, ...rest }) => ({ tenant_id: tenant, request_id: id, subject_key: key, ...rest })))
    .execute();
  const common = { tenant_id: tenant, request_id: id, reason: null, run_id: null, updated_at: now };
  const rows = targets.map((target) => ({ ...target, ...common }));
  if (rows.length > 0) await trx.insertInto('request_targets').values(rows).execute();
  const data = { request_id: id, state, targets: targets.map(({ id, model_id, state }) => ({ id, model_id, state })) };
  await append(context, trx, { tenant, type: 'request.created', actor: input.actor, data });
  return (await loadRequest(trx, tenant, id))!;
}

type Wish = Pick<CreateRequest, 'tenant' | 'external_id' | 'subjects' | 'model_ids'>;
type Refused = Exclude<CreateRequestOutcome, { status: 'created' }>;

const keysOf = ({ subjects }: Wish): string[] => [...new Set(subjects.map((subject) => subject.key))].sort();

/** What a request is about, or why it is refused. */
async function match(trx: Trx, input: Wish, keys: string[]): Promise<Refused | { status: 'matched'; found: Match[] }> {
  const { tenant } = input;
  const named = input.model_ids && [...new Set(input.model_ids)];
  const earlier = await sameExternalId(trx, input);
  if (earlier !== null) return { status: 'external_id_taken', request_id: earlier };
  const model_id = await unknownModel(trx, tenant, named);
  if (model_id !== null) return { status: 'unknown_model', model_id };

  // open requests first: what is published between the two reads then counts as erased, never as neither
  const open = await openRequests(trx, tenant, keys);
  const found = await matches(trx, tenant, keys);
  const wanted = named?.map((id) => found.find((one) => one.model_id === id) ?? { model_id: id, records: 0 }) ?? found;
  const taken = wanted.find((target) => open.has(target.model_id));
  if (taken) return { status: 'already_open', request_id: open.get(taken.model_id)! };
  return { status: 'matched', found: wanted };
}

async function create(context: Context, trx: Trx, input: CreateRequest): Promise<CreateRequestOutcome> {
  const keys = keysOf(input);
  await serialise(trx, input, keys);
  const matched = await match(trx, input, keys);
  if (matched.status !== 'matched') return matched;
  const targets = matched.found.map(
    (one): NewTarget => ({ id: uuid(), ...one, state: one.records > 0 ? 'queued' : 'completed_no_data' }),
  );
  const request = await write(context, trx, input, keys, targets);
  const waiting = targets.filter((target) => target.state === 'queued');
  return { status: 'created', request, ring: waiting.map((target) => target.model_id) };
}

/** Records of a model's corpora that the run would retain and hold out, as far as the index alone can tell. */
async function others(trx: Trx, tenant: string, { model_id, records }: Match) {
  const { rows } = await sql<{ train: number; holdout: number; erased: number }>`
    select coalesce(sum(mc.records) filter (where mc.role = 'train'), 0)::int as train,
      coalesce(sum(mc.records) filter (where mc.role = 'holdout'), 0)::int as holdout,
      (select count(*)::int from erased_records e where e.tenant_id = ${tenant} and e.model_id = ${model_id}) as erased
    from model_corpora mc
    where mc.tenant_id = ${tenant} and mc.model_id = ${model_id}`.execute(trx);
  const { train, holdout, erased } = rows[0]!;
  return { forget: records, retain: Math.max(0, train - erased - records), holdout };
}

async function preview(trx: Trx, input: Wish): Promise<RequestPreview> {
  const matched = await match(trx, input, keysOf(input));
  if (matched.status !== 'matched') return matched;
  const { tenant } = input;
  const targets = matched.found.map(async (one) => ({
    model: (await loadModel(trx, tenant, one.model_id))!,
    ...(await others(trx, tenant, one)),
  }));
  return { status: 'possible', targets: await Promise.all(targets) };
}

export const intakeStore = (context: Context): Pick<Store, 'createRequest' | 'previewRequest'> => ({
  createRequest: (input) => transact(context, (trx) => create(context, trx, input)),
  previewRequest: (input) =>
    context.db
      .transaction()
      .setAccessMode('read only')
      .execute((trx) => preview(trx, input)),
});
