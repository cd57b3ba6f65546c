// Restrictions of processing: rows that everything which reads records leaves out by.
import { hash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Restriction } from '../domain/restriction.ts';
import type { NewRestriction, RecordPlace, RestrictionStore, SubjectKey } from '../runs/ports.ts';
import { type Context, type Db, type Trx, toPage, transact } from './db.ts';
import { append } from './ledger.ts';
import { placeRows, restrictedOf } from './sets-tables.ts';

const STATE = sql`case when r.lifted_at is not null then 'lifted' when r.ending_at is not null then 'ending' else 'active' end`;
const COLUMNS = sql`
  r.id, r.request_id, r.ground, r.reason, r.created_by, r.created_at, r.ending_at, r.informed_at, r.lifted_at, r.lifted_by,
  r.lift_reason, ${STATE} as state,
  (select coalesce(array_agg(distinct s.type order by s.type), '{}') from restriction_subjects s
    where s.tenant_id = r.tenant_id and s.restriction_id = r.id) as identifier_types`;

async function load(db: Db, tenant: string, id: string): Promise<Restriction | null> {
  const { rows } = await sql<Restriction>`
    select ${COLUMNS} from restrictions r where r.tenant_id = ${tenant} and r.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** The ledger has a digest of words that can be erased. */
function salted(reason: string) {
  const salt = randomBytes(16).toString('hex');
  return { salt, reason_digest: `sha256:${hash('sha256', `${salt} ${reason}`)}` };
}

/** Why a restriction cannot be of this request; null where it can. */
async function refusal(trx: Trx, tenant: string, request_id: string, subjects: readonly SubjectKey[] | null) {
  const query = trx.selectFrom('request_subjects').select(['subject_key', 'key_version']);
  const named = await query.where('tenant_id', '=', tenant).where('request_id', '=', request_id).execute();
  if (named.length === 0) return 'nobody';
  const last = Math.max(...named.map((row) => row.key_version));
  if (subjects !== null) {
    const given = new Set(subjects.map(({ key }) => key));
    return named.every((row) => row.key_version < last || given.has(row.subject_key)) ? null : 'another';
  }
  const versions = trx.selectFrom('subject_key_versions').select('version').where('tenant_id', '=', tenant);
  // what was uploaded since is under a key that the request does not have
  const newer = await versions.where('version', '>', last).limit(1).executeTakeFirst();
  return newer === undefined ? null : 'rotated';
}

async function place(context: Context, trx: Trx, { id, tenant, of, ground, reason, actor }: NewRestriction) {
  const at = await context.now(trx);
  const { salt, reason_digest } = salted(reason);
  const request_id = of.request_id ?? null;
  const subjects = 'subjects' in of ? of.subjects : null;
  const status = request_id === null ? null : await refusal(trx, tenant, request_id, subjects);
  if (status !== null) return { status } as const;
  await sql`
    insert into restrictions (id, tenant_id, request_id, ground, reason, salt, created_by, created_at)
    values (${id}, ${tenant}, ${request_id}, ${ground}, ${reason}, ${salt}, ${actor}, ${at})`.execute(trx);
  if (subjects !== null)
    await trx
      .insertInto('restriction_subjects')
      .values(
        subjects.map(({ key, ...rest }) => ({ tenant_id: tenant, restriction_id: id, subject_key: key, ...rest })),
      )
      .execute();
  if (request_id !== null)
    await sql`
      insert into restriction_subjects (tenant_id, restriction_id, subject_key, type, key_version, normaliser_version)
      select tenant_id, ${id}, subject_key, type, key_version, normaliser_version
      from request_subjects where tenant_id = ${tenant} and request_id = ${request_id}
      on conflict do nothing`.execute(trx);
  const data = { restriction_id: id, request_id, ground, reason_digest };
  await append(context, trx, { tenant, type: 'restriction.placed', actor, data });
  return { status: 'placed', restriction: (await load(trx, tenant, id))! } as const;
}

async function lift(
  context: Context,
  trx: Trx,
  [tenant, id, { actor, reason, informed_at, check }]: Parameters<RestrictionStore['liftRestriction']>,
): Promise<Restriction | null> {
  const { rows } = await sql`
    select id from restrictions where tenant_id = ${tenant} and id = ${id} for update`.execute(trx);
  if (rows.length === 0) return null;
  const present = (await load(trx, tenant, id))!;
  // asked for again, nothing is told again
  if (present.state === 'lifted' || (informed_at === null && present.state === 'ending')) return present;
  check?.(present);
  const at = await context.now(trx);
  const { salt, reason_digest } = salted(reason);
  await sql`
    update restrictions set lift_reason = ${reason}, lift_salt = ${salt}, informed_at = ${informed_at},
      ending_at = coalesce(ending_at, ${at}),
      lifted_at = ${informed_at === null ? null : at}, lifted_by = ${informed_at === null ? null : actor}
    where tenant_id = ${tenant} and id = ${id}`.execute(trx);
  const type = informed_at === null ? 'restriction.ending' : 'restriction.lifted';
  const data = { restriction_id: id, request_id: present.request_id, informed_at, reason_digest };
  await append(context, trx, { tenant, type, actor, data });
  return load(trx, tenant, id);
}

interface Ended {
  tenant: string;
  id: string;
  request_id: string;
  done: boolean;
}

/**
 * Whether a model would use a record of the person of the restriction at `r`: one to train on that it has not forgotten, or one to measure
 * with, unless it has met the person.
 */
const IN_USE = sql`exists (
  select from restriction_subjects k
  join record_subjects s on s.tenant_id = k.tenant_id and s.subject_key = k.subject_key
  join model_corpora mc on mc.tenant_id = s.tenant_id and mc.corpus_id = s.corpus_id and s.ordinal < mc.records
  join models m on m.tenant_id = mc.tenant_id and m.id = mc.model_id and m.deleted_at is null
  where k.tenant_id = r.tenant_id and k.restriction_id = r.id
    and not exists (select from destroyed_records x
      where x.tenant_id = s.tenant_id and x.corpus_id = s.corpus_id and x.ordinal = s.ordinal)
    and not exists (select from erased_records e where mc.role = 'train' and e.tenant_id = mc.tenant_id
      and e.model_id = mc.model_id and e.corpus_id = s.corpus_id and e.ordinal = s.ordinal)
    and not (mc.role = 'holdout' and exists (
      select from model_corpora t
      join subject_records q on q.tenant_id = t.tenant_id and q.corpus_id = t.corpus_id
      join restriction_subjects o on o.tenant_id = q.tenant_id and o.subject_key = q.subject_key
      where t.tenant_id = mc.tenant_id and t.model_id = mc.model_id and t.role = 'train' and o.restriction_id = r.id)))`;

/** Of requests that are over. Where no model knows the person any more there is nothing left to restrict; else they have to be told first. */
async function end(context: Context, trx: Trx, actor: string): Promise<number> {
  const { rows } = await sql<Ended>`
    select r.tenant_id as tenant, r.id, r.request_id, u.done
    from restrictions r join deletion_requests d on d.tenant_id = r.tenant_id and d.id = r.request_id
    cross join lateral (select d.state in ('completed', 'completed_no_data') and not ${IN_USE} as done offset 0) u
    where r.lifted_at is null and (u.done or (r.ending_at is null
      and d.state in ('completed', 'completed_no_data', 'partially_completed', 'denied', 'cancelled')))
    order by r.id for update of r skip locked for share of d skip locked`.execute(trx);
  const at = await context.now(trx);
  for (const { tenant, id, request_id, done } of rows) {
    await sql`
      update restrictions set ending_at = coalesce(ending_at, ${at}), lifted_at = ${done ? at : null},
        lifted_by = ${done ? actor : null}
      where tenant_id = ${tenant} and id = ${id}`.execute(trx);
    const type = done ? 'restriction.lifted' : 'restriction.ending';
    await append(context, trx, { tenant, type, actor, data: { restriction_id: id, request_id, informed_at: null } });
  }
  return rows.length;
}

interface TakenBack {
  tenant: string;
  /** The run, and the requests that are open again. */
  run_id: string;
  requests: readonly string[];
}

/**
 * In force again: what the sweep lifted for these requests, or for whoever the run had taken the last records of. Those that somebody said
 * are ending still are. To be called before the run's records are taken out of `erased_records`, and before any entry of the ledger, whose
 * lock comes last: `noteReopened` writes them.
 */
export async function reopenRestrictions(trx: Trx, { tenant, run_id, requests }: TakenBack) {
  const { rows } = await sql<{ id: string; request_id: string }>`
    update restrictions r set lifted_at = null, lifted_by = null,
      ending_at = case when r.lift_reason is null then null else r.ending_at end
    where r.tenant_id = ${tenant} and r.lifted_at is not null and r.informed_at is null
      and (r.request_id = any(${[...requests]}::uuid[]) or exists (
        select from restriction_subjects k
        join record_subjects s on s.tenant_id = k.tenant_id and s.subject_key = k.subject_key
        join erased_records e on e.tenant_id = s.tenant_id and e.corpus_id = s.corpus_id and e.ordinal = s.ordinal
          and e.run_id = ${run_id} and e.model_id = (select model_id from runs where id = ${run_id})
        where k.tenant_id = r.tenant_id and k.restriction_id = r.id))
    returning r.id, r.request_id`.execute(trx);
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export async function noteReopened(
  context: Context,
  trx: Trx,
  { tenant, run_id, actor }: { tenant: string; run_id: string; actor: string },
  reopened: Awaited<ReturnType<typeof reopenRestrictions>>,
): Promise<void> {
  for (const { id: restriction_id, request_id } of reopened)
    await append(context, trx, {
      ...{ tenant, type: 'restriction.reopened', actor },
      data: { restriction_id, request_id, run_id },
    });
}

export const restrictionsStore = (context: Context): RestrictionStore => ({
  placeRestriction: (wanted) => transact(context, (trx) => place(context, trx, wanted)),
  liftRestriction: (...input) => transact(context, (trx) => lift(context, trx, input)),
  getRestriction: (tenant, id) => load(context.db, tenant, id),

  async listRestrictions(tenant, query) {
    const { after, state } = query;
    const { rows } = await sql<Restriction>`
      select ${COLUMNS} from restrictions r where r.tenant_id = ${tenant}
        ${state === undefined ? sql`` : sql`and ${STATE} = ${state}`}
        ${after === undefined ? sql`` : sql`and (r.created_at, r.id) < (${after.created_at}::timestamptz, ${after.id}::uuid)`}
      order by r.created_at desc, r.id desc limit ${query.limit + 1}`.execute(context.db);
    return toPage(rows, query, (row) => row.created_at);
  },

  async restrictedKeys(tenant, keys) {
    if (keys.length === 0) return new Set();
    const { rows } = await sql<{ subject_key: string }>`
      select distinct subject_key from (${restrictedOf(tenant)}) r
      where subject_key = any(${[...keys]}::text[])`.execute(context.db);
    return new Set(rows.map((row) => row.subject_key));
  },

  async restrictedAmong(tenant, places) {
    if (places.length === 0) return [];
    const { rows } = await sql<RecordPlace>`
      select distinct g.corpus_id, g.ordinal from ${placeRows(places)}
      join record_subjects s on s.tenant_id = ${tenant} and s.corpus_id = g.corpus_id and s.ordinal = g.ordinal
      where s.subject_key in (${restrictedOf(tenant)})`.execute(context.db);
    return rows;
  },

  async restrictedIn(tenant, corpora) {
    const { rows } = await sql<{ corpus_id: string; ordinals: number[] }>`
      select s.corpus_id, array_agg(distinct o.ordinal order by o.ordinal) as ordinals
      from subject_records s cross join lateral unnest(s.ordinals) as o (ordinal)
      where s.tenant_id = ${tenant} and s.corpus_id = any(${[...corpora]}::uuid[])
        and s.subject_key in (${restrictedOf(tenant)})
      group by s.corpus_id order by s.corpus_id`.execute(context.db);
    return Object.fromEntries(rows.map(({ corpus_id, ordinals }) => [corpus_id, ordinals]));
  },

  endRestrictions: (actor) => transact(context, (trx) => end(context, trx, actor)),
});
